package io.unipin.ann;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * Which rebuild is under way, what has changed since it began, and who waits for one. After one that failed, none begins by itself for a
 * while.
 *
 * <p>Guarded by its index's lock.
 */
final class RebuildLedger {
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

  /** Begins one; returns who is served by it. */
  List<CompletableFuture<Long>> begin() {
    running = true;
    changed.clear();
    return awaiting();
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
