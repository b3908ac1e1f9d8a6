package io.unipin.train.batch;

/** Derives seeds from seeds, so that any step can be repeated alone. */
final class Seeds {
  private Seeds() {}

  /**
   * Returns a seed for the {@code index}-th part of the work that {@code seed} covers (SplitMix64's
   * finaliser).
   */
  static long mix(long seed, long index) {
    long z = seed * 0x9E3779B97F4A7C15L + index + 0x632BE59BD9B4E019L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Returns a uniform number in [0, 1) for the {@code index}-th draw with a seed. */
  static double uniform(long seed, long index) {
    return (mix(seed, index) >>> 11) * 0x1p-53;
  }
}
