package io.unipin.serving.estimate;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * What runs of something cost on average, with weights that fall with age. For sums over many runs, where costs may differ much,
 * as those of cached and of unknown users do.
 *
 * <p>Costs are times on the wall, to which a pause of the process or a busy machine only ever adds. All calls take the time of one
 * clock in nanoseconds. Thread-safe.
 */
public final class MeanCost {
  /** The weight of the newest run. */
  private static final double NEWEST = 0.05;

  /**
   * One run counts at most so many times the average: it adds 15 % to it, so that ten times the cost is learned after 17 runs. Runs of
   * two kinds of which one costs twelve times the other are not cut, as long as three of ten are of the dearer kind.
   */
  private static final double MOST = 4;

  /** What is left at least of an average of which nothing was heard for long. */
  private static final double LEAST_LEFT = 0.125;

  @GuardedBy("this")
  private double mean;

  @GuardedBy("this")
  private long newest;

  /** A run has ended. One that ends a silence and cost less than the average starts it anew. */
  public synchronized void add(double cost, long now) {
    boolean anew = mean == 0 || (cost < mean && Ageing.isSilence(now - newest));
    mean = anew ? cost : mean + NEWEST * (Math.min(cost, MOST * mean) - mean);
    newest = now;
  }

  /** The expected cost; 0 when nothing is known. */
  public synchronized double expected(long now) {
    return mean * Math.max(LEAST_LEFT, Ageing.left(now - newest));
  }
}
