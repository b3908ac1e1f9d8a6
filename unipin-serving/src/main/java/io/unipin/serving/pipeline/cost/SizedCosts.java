package io.unipin.serving.pipeline.cost;

import io.unipin.serving.estimate.TypicalCost;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The recent costs of a stage by size. Thread-safe.
 *
 * <p>Sizes are grouped by powers of two. Each group is a {@link TypicalCost} of nanoseconds per
 * unit of size. Such an estimate recovers after pauses. The cost of a size without data comes from
 * the nearest group with data. The parameter {@code now} of all methods is the time of the same
 * clock, in nanoseconds.
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

  /** Adds a finished run of the stage. */
  public void took(long size, long nanos, long now) {
    own(size, now).add((double) nanos / Math.max(1, size), now);
  }

  /** Returns the expected time of a run; zero for a stage that never ran. */
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
   * Whether a run of this size may be tried although its expected time is too long.
   *
   * @param hopeful whether the time of the fastest recent run would be short enough
   */
  boolean tries(long size, boolean hopeful, long now) {
    return own(size, now).tries(hopeful, now);
  }
}
