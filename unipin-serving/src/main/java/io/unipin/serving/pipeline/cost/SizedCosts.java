package io.unipin.serving.pipeline.cost;

import io.unipin.serving.estimate.TypicalCost;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What a stage has cost lately, by its size. Thread-safe.
 *
 * <p>Sizes are grouped by powers of two; each group knows nanoseconds per unit. A size of which nothing is known is estimated from
 * the nearest group that is known. All calls take the time of one clock in nanoseconds.
 */
public final class SizedCosts {
  private static final int GROUPS = Long.SIZE;

  private final AtomicReferenceArray<@Nullable TypicalCost> perUnit =
      new AtomicReferenceArray<>(GROUPS);

  private static int group(long size) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, size));
  }

  private TypicalCost own(long size, long now) {
    int group = group(size);
    TypicalCost known = perUnit.get(group);
    if (known != null) {
      return known;
    }
    TypicalCost fresh = new TypicalCost(now);
    return perUnit.compareAndSet(group, null, fresh) ? fresh : own(size, now);
  }

  /** A run of the stage has ended. */
  public void took(long size, long nanos, long now) {
    own(size, now).add((double) nanos / Math.max(1, size), now);
  }

  /** What a run is expected to take; nothing for a stage that never ran. */
  public Cost expected(long size, long now) {
    int group = group(size);
    for (int distance = 0; distance < GROUPS; distance++) {
      for (int near : new int[] {group + distance, group - distance}) {
        TypicalCost known = near >= 0 && near < GROUPS ? perUnit.get(near) : null;
        if (known != null && known.isKnown()) {
          double units = Math.max(1, size);
          return new Cost(known.typical(now) * units, known.least() * units);
        }
      }
    }
    return Cost.NONE;
  }

  /**
   * Whether a run of this size that is expected to take too long may be tried all the same.
   *
   * @param hopeful whether it would not, were it as fast as the fastest of late
   */
  boolean tries(long size, boolean hopeful, long now) {
    return own(size, now).tries(hopeful, now);
  }
}
