package io.unipin.serving.estimate;

import java.util.concurrent.TimeUnit;

/** Computes how much of an estimate is left after some time without a measurement. */
final class Ageing {
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double HALVING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private Ageing() {}

  /** Whether the time without a sample is so long that older samples no longer count. */
  static boolean isSilence(long nanos) {
    return nanos > SILENCE_NANOS;
  }

  /**
   * Returns the share of an estimate that is left after the given time without a sample. The share
   * is 1 for one second and then halves every half second.
   */
  static double left(long nanos) {
    return isSilence(nanos) ? Math.pow(0.5, (nanos - SILENCE_NANOS) / HALVING_NANOS) : 1;
  }
}
