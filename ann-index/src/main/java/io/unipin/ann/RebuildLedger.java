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
 * Which rebuild is under way, what has changed since it began, and who waits for one. After one that failed, none begins by itself for a
 * while.
 *
 * <p>Guarded by its index's lock.
 */
final class RebuildLedger {
  private static final Logger logger = LoggerFactory.getLogger(RebuildLedger.class);

  private final Backoff backoff;
  private final Set<Long> changed = new LinkedHashSet<>();
  private final ArrayDeque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
  private boolean running;

  /** The clock tells nanoseconds. */
  RebuildLedger(LongSupplier clock) {
    backoff = new Backoff(clock);
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

  /** Whether a rebuild may begin that nobody asked for. */
  boolean mayBegin() {
    return !running && !backoff.holds();
  }

  /** Begins one, which is told who is served by it. One that finds no thread has failed at once. */
  void begin(Executor background, Consumer<List<CompletableFuture<Long>>> rebuild) {
    running = true;
    changed.clear();
    List<CompletableFuture<Long>> served = awaiting();
    try {
      background.execute(() -> rebuild.accept(served));
    } catch (Throwable e) { // an error, where the system has no more threads
      logger.warn("no rebuild of the index begins; it goes on with what it has", e);
      end(false);
      served.forEach(future -> future.completeExceptionally(e));
    }
  }

  /** Those who wait; they are the caller's to complete. */
  List<CompletableFuture<Long>> awaiting() {
    List<CompletableFuture<Long>> all = new ArrayList<>(waiting);
    waiting.clear();
    return all;
  }

  /** Notes ids that changed. */
  void note(long[] ids) {
    if (running) {
      LongStream.of(ids).forEach(changed::add);
    }
  }

  /** Those that changed since the rebuild under way began. */
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
