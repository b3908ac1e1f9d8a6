package io.unipin.serving.estimate;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * An estimate of the average cost of runs. The weight of a run falls with its age.
 *
 * <p>It suits callers that add up the costs of many runs, even if the costs differ much, for
 * example between cached and unknown users.
 *
 * <p>Costs are wall-clock times. A pause of the process or a busy machine can only increase them.
 * The parameter {@code now} of all methods is the time of the same clock, in nanoseconds.
 * Thread-safe.
 */
public final class MeanCost {
  /** Weight of the newest run in the average. */
  private static final double NEWEST = 0.05;

  /**
   * A run that costs more than this multiple of the average counts as exactly this multiple. So one
   * run raises the average by at most 15 %, and the average reaches a tenfold cost after 17 runs.
   *
   * <p>Consider two kinds of runs, one twelve times as expensive as the other. If three of ten runs
   * are of the expensive kind, no cost exceeds the bound.
   */
  private static final double MOST = 4;

  /** Share of an average that is left even after a very long time without runs. */
  private static final double LEAST_LEFT = 0.125;

  @GuardedBy("this")
  private double mean;

  @GuardedBy("this")
  private long newest;

  /**
   * Adds the cost of a run that has ended. If no run ended for some time and this run cost less
   * than the average, the average becomes the cost of this run.
   */
  public synchronized void add(double cost, long now) {
    boolean anew = mean == 0 || (cost < mean && Ageing.isSilence(now - newest));
    mean = anew ? cost : mean + NEWEST * (Math.min(cost, MOST * mean) - mean);
    newest = now;
  }

  /** Returns the expected cost; 0 when nothing is known. */
  public synchronized double expected(long now) {
    return mean * Math.max(LEAST_LEFT, Ageing.left(now - newest));
  }
}
