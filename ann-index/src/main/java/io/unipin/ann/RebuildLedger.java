package io.unipin.ann;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of rebuilds: whether a rebuild is running, which ids changed since it began, and which
 * callers wait for a rebuild. After a failed rebuild, no automatic rebuild starts during a pause.
 *
 * <p>Callers must hold the lock of the index.
 */
final class RebuildLedger {
  private static final Logger logger = LoggerFactory.getLogger(RebuildLedger.class);

  private final RebuildPause backoff;
  private final Set<Long> changed = new LinkedHashSet<>();
  private final ArrayDeque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
  private boolean running;

  /** @param clock returns nanoseconds since any fixed origin */
  RebuildLedger(LongSupplier clock) {
    backoff = new RebuildPause(clock);
  }

  CompletableFuture<Long> await() {
    CompletableFuture<Long> done = new CompletableFuture<>();
    waiting.add(done);
    return done;
  }

  boolean isAwaited() {
    return !waiting.isEmpty();
  }

  boolean isRunning() {
    return running;
  }

  /** Returns whether an automatic rebuild may begin. */
  boolean mayBegin() {
    return !running && !backoff.holds();
  }

  /**
   * Begins a rebuild. The rebuild gets the futures of the callers that wait for it. If no thread
   * can be started, the rebuild fails immediately.
   */
  void begin(Executor background, Consumer<List<CompletableFuture<Long>>> rebuild) {
    running = true;
    changed.clear();
    List<CompletableFuture<Long>> served = awaiting();
    try {
      background.execute(() -> rebuild.accept(served));
    } catch (Throwable e) { // the JVM throws an Error if the system has no more threads
      logger.warn("no rebuild of the index begins; it goes on with what it has", e);
      end(false);
      served.forEach(future -> future.completeExceptionally(e));
    }
  }

  /** Removes and returns the futures of the waiting callers. The caller must complete them. */
  List<CompletableFuture<Long>> awaiting() {
    List<CompletableFuture<Long>> all = new ArrayList<>(waiting);
    waiting.clear();
    return all;
  }

  /** Notes changed ids, if a rebuild is running. */
  void note(long[] ids) {
    if (running) {
      LongStream.of(ids).forEach(changed::add);
    }
  }

  /** Returns the ids that changed since the running rebuild began. */
  Set<Long> changed() {
    return changed;
  }

  void end(boolean well) {
    running = false;
    changed.clear();
    if (well) {
      backoff.succeeded();
    } else {
      backoff.failed();
    }
  }
}
