package io.unipin.serving.estimate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * An estimate of the cost of a single run: the median of the newest runs.
 *
 * <p>Costs are wall-clock times. A pause of the process or a busy machine can only increase them.
 * The parameter {@code now} of all methods is the time of the same clock, in nanoseconds.
 * Thread-safe.
 */
public final class TypicalCost {
  /*
   * If the estimate says that a run would cost too much, the caller skips the run. Then nothing is
   * measured, so a wrong estimate would stay wrong forever. Four rules correct it.
   *
   * Bound: fewer than five unusual runs, however expensive, hardly move the median of nine runs.
   * The median follows a real change of the cost after five runs.
   *
   * Age: a run older than two seconds counts only if there are fewer than three newer runs. After
   * one second without a run, the estimate halves every half second. The estimate never falls below
   * the least cost of the last minutes, because no run can be expected to be faster.
   *
   * Surprise: the estimate is reset if a run costs less than the estimate and no other run ended
   * within the last second.
   *
   * Trial: if nothing ran for a second, one refused caller per second may run anyway. If even the
   * least cost is too high, the work of a run is probably lost. So only one of 64 refused callers
   * may then run.
   */
  private static final int WINDOW = 9;

  private static final int FEWEST = 3;
  private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long TRIAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int NOES_PER_HOPELESS_TRIAL = 64;

  /**
   * The costs of the newest {@code held} runs in a ring. The newest cost stands just before {@code
   * next}.
   */
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

  /** Time of the last run or trial, whichever was later. */
  @GuardedBy("this")
  private long tried;

  @GuardedBy("this")
  private int noes;

  /** Creates an estimate without data. The first trial can happen one second later. */
  public TypicalCost(long now) {
    tried = now;
    periodBegan = now;
  }

  /** Adds the cost of a run that has ended. */
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

  /**
   * Returns the median of the runs that count. If there are two middle values, the median is the
   * smaller one.
   */
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

  /** Returns the expected cost; 0 when nothing is known. */
  public synchronized double typical(long now) {
    if (held == 0) {
      return 0;
    }
    return Math.max(least(), median(now) * Ageing.left(now - newest()));
  }

  /** Returns the least cost of the last minutes; 0 when nothing is known. */
  public synchronized double least() {
    return held == 0 ? 0 : Math.min(least, leastBefore);
  }

  /**
   * Whether a refused caller may run anyway. If true, the run counts as a trial.
   *
   * @param hopeful whether the least cost would be low enough for the caller
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
