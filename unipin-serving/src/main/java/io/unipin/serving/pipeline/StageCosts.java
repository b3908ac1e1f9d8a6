package io.unipin.serving.pipeline;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What stages have cost lately, by their size. Thread-safe.
 *
 * <p>Sizes are grouped by powers of two; each group keeps an average of the nanoseconds per unit whose weights fall with age.
 * A size of which nothing is known is estimated from the nearest group that is known.
 */
final class StageCosts {
  private static final int GROUPS = Long.SIZE;

  /** The weight of the newest run. */
  private static final double NEWEST = 0.1;

  /** Bits of doubles; 0 for what never ran. */
  private final Map<Stage, AtomicLongArray> nanosPerUnit = new EnumMap<>(Stage.class);

  StageCosts() {
    for (Stage stage : Stage.values()) {
      nanosPerUnit.put(stage, new AtomicLongArray(GROUPS));
    }
  }

  private AtomicLongArray of(Stage stage) {
    return Objects.requireNonNull(nanosPerUnit.get(stage));
  }

  private static int group(long size) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, size));
  }

  void took(Stage stage, long size, long nanos) {
    double perUnit = (double) nanos / Math.max(1, size);
    of(stage)
        .accumulateAndGet(
            group(size),
            Double.doubleToLongBits(perUnit),
            (old, newest) -> {
              double before = Double.longBitsToDouble(old);
              double now = Double.longBitsToDouble(newest);
              return Double.doubleToLongBits(before == 0 ? now : before + NEWEST * (now - before));
            });
  }

  /** Expected nanoseconds; 0 for a stage that never ran. */
  long expected(Stage stage, long size) {
    int group = group(size);
    for (int distance = 0; distance < GROUPS; distance++) {
      for (int near : new int[] {group + distance, group - distance}) {
        if (near >= 0 && near < GROUPS) {
          double known = Double.longBitsToDouble(of(stage).get(near));
          if (known > 0) {
            return (long) (known * Math.max(1, size));
          }
        }
      }
    }
    return 0;
  }
}
