package io.unipin.serving.estimate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What one run of something costs: the median of the newest runs. For decisions about a single run.
 *
 * <p>Costs are times on the wall, to which a pause of the process or a busy machine only ever adds. All calls take the time of one
 * clock in nanoseconds. Thread-safe.
 */
public final class TypicalCost {
  /*
   * Whoever is told that a run would cost too much does not run, and so nothing is measured any more: an estimate that is wrong
   * once would be wrong for good. Four rules bring it back.
   *
   * Bound: a median of nine moves only when five of them moved, whatever their size. A cost that really changed is learned after
   * five runs.
   *
   * Age: runs of more than two seconds ago count only where there are no three newer ones. After a second without a run the
   * estimate halves every half second, down to the least cost of the last minutes: that much the machine is known to do.
   *
   * Surprise: a run that ends a silence and costs less than the estimate starts it anew.
   *
   * Trial: one caller a second who is told no may run all the same, if nothing ran for a second; where even the least cost is too
   * much, only one of 64 of them, since that run is lost in all likelihood.
   */
  private static final int WINDOW = 9;

  private static final int FEWEST = 3;
  private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long TRIAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int NOES_PER_HOPELESS_TRIAL = 64;

  /** The newest {@code held} runs end before {@code next}, in a ring. */
  @GuardedBy("this")
  private final double[] costs = new double[WINDOW];

  @GuardedBy("this")
  private final long[] times = new long[WINDOW];

  @GuardedBy("this")
  private int held;

  @GuardedBy("this")
  private int next;

  @GuardedBy("this")
  private double least = Double.POSITIVE_INFINITY;

  @GuardedBy("this")
  private double leastBefore = Double.POSITIVE_INFINITY;

  @GuardedBy("this")
  private long periodBegan;

  /** The time of the last run or trial, whichever came last. */
  @GuardedBy("this")
  private long tried;

  @GuardedBy("this")
  private int noes;

  /** Of which nothing is known; the first trial comes a second later at the earliest. */
  public TypicalCost(long now) {
    tried = now;
    periodBegan = now;
  }

  /** A run has ended. */
  public synchronized void add(double cost, long now) {
    if (held > 0 && Ageing.isSilence(now - newest()) && cost < median(now)) {
      held = 0;
    }
    costs[next] = cost;
    times[next] = now;
    next = (next + 1) % WINDOW;
    held = Math.min(held + 1, WINDOW);
    if (now - periodBegan > PERIOD_NANOS) {
      periodBegan = now;
      leastBefore = least;
      least = cost;
    }
    least = Math.min(least, cost);
    tried = now;
  }

  @GuardedBy("this")
  private long newest() {
    return times[Math.floorMod(next - 1, WINDOW)];
  }

  /** Of those that count, the smaller one of two. */
  @GuardedBy("this")
  private double median(long now) {
    double[] counted = new double[held];
    int count = 0;
    while (count < held) {
      int at = Math.floorMod(next - 1 - count, WINDOW);
      if (count >= FEWEST && now - times[at] > RECENT_NANOS) {
        break;
      }
      counted[count++] = costs[at];
    }
    Arrays.sort(counted, 0, count);
    return counted[(count - 1) / 2];
  }

  public synchronized boolean isKnown() {
    return held > 0;
  }

  /** The expected cost; 0 when nothing is known. */
  public synchronized double typical(long now) {
    if (held == 0) {
      return 0;
    }
    return Math.max(least(), median(now) * Ageing.left(now - newest()));
  }

  /** The least cost of the last minutes; 0 when nothing is known. */
  public synchronized double least() {
    return held == 0 ? 0 : Math.min(least, leastBefore);
  }

  /**
   * Whether a caller who was told no may run all the same; if so it counts as a trial.
   *
   * @param hopeful whether the least cost would not be too much
   */
  public synchronized boolean tries(boolean hopeful, long now) {
    noes++;
    if (now - tried <= TRIAL_NANOS || (!hopeful && noes < NOES_PER_HOPELESS_TRIAL)) {
      return false;
    }
    tried = now;
    noes = 0;
    return true;
  }
}
