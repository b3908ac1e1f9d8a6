package io.unipin.serving.estimate;

import java.util.concurrent.TimeUnit;

/** How much an estimate is worth when nothing was measured for a while. */
final class Ageing {
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double HALVING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private Ageing() {}

  /** Whether so much time without a sample makes the samples before it those of another time. */
  static boolean isSilence(long nanos) {
    return nanos > SILENCE_NANOS;
  }

  /** The part of an estimate that is left after so much time without a sample: 1 for a second, then half every half second. */
  static double left(long nanos) {
    return isSilence(nanos) ? Math.pow(0.5, (nanos - SILENCE_NANOS) / HALVING_NANOS) : 1;
  }
}
