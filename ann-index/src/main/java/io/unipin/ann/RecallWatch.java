package io.unipin.ann;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares some live answers with exact answers, on another thread than the search. At most one
 * comparison runs at a time. Queries that come during a comparison are not compared.
 *
 * <p>Thread-safe.
 */
final class RecallWatch {
  private static final Logger logger = LoggerFactory.getLogger(RecallWatch.class);
  private static final int WINDOW = 256;

  private final long everyNanos;
  private final LongSupplier clock;
  private final Executor executor;
  private final AtomicLong next;

  @GuardedBy("window")
  private final double[] window = new double[WINDOW];

  @GuardedBy("window")
  private long watched;

  RecallWatch(Duration every, LongSupplier clock, Executor executor) {
    this.everyNanos = every.toNanos();
    this.clock = clock;
    this.executor = executor;
    this.next = new AtomicLong(clock.getAsLong());
  }

  /**
   * Returns whether this answer is to be compared. If so, the caller must call {@link #compare}.
   */
  boolean wants() {
    if (everyNanos == 0) {
      return false;
    }
    long due = next.get();
    long now = clock.getAsLong();
    return now - due >= 0 && next.compareAndSet(due, Long.MAX_VALUE / 2 + now);
  }

  /**
   * Compares two answers in the background. {@code done} runs at the end, even if the comparison
   * failed.
   */
  void compare(AnnResult found, Supplier<AnnResult> exact, Runnable done) {
    boolean taken = false;
    try {
      executor.execute(
          () -> {
            try {
              record(recall(found, exact.get()));
            } finally {
              finish(done);
            }
          });
      taken = true;
    } catch (RejectedExecutionException e) {
      logger.debug("closed meanwhile: the answer stands, unwatched", e);
    } finally {
      if (!taken) { // no thread could be started; later answers are still compared
        finish(done);
      }
    }
  }

  private void finish(Runnable done) {
    next.set(clock.getAsLong() + everyNanos);
    done.run();
  }

  /**
   * Returns which share of the first query's exact ids the search found. Returns 1 if there are no
   * exact ids.
   */
  static double recall(AnnResult found, AnnResult exact) {
    long[] wanted = Arrays.copyOf(exact.ids(), exact.found(0));
    Arrays.sort(wanted);
    int hits = 0;
    for (int rank = 0; rank < found.found(0); rank++) {
      hits += Arrays.binarySearch(wanted, found.ids()[rank]) >= 0 ? 1 : 0;
    }
    return wanted.length == 0 ? 1 : hits / (double) wanted.length;
  }

  private void record(double recall) {
    synchronized (window) {
      window[(int) (watched++ % WINDOW)] = recall;
    }
  }

  long watched() {
    synchronized (window) {
      return watched;
    }
  }

  /** Returns the mean recall of the last comparisons; NaN before the first comparison. */
  double recall() {
    synchronized (window) {
      int filled = (int) Math.min(watched, WINDOW);
      return filled == 0 ? Double.NaN : Arrays.stream(window, 0, filled).sum() / filled;
    }
  }
}
