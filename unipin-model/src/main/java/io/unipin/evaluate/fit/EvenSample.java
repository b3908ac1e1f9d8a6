package io.unipin.evaluate.fit;

import java.util.Random;
import java.util.stream.IntStream;

/** Draws samples that are spread evenly over a sequence. */
public final class EvenSample {
  private EvenSample() {}

  /**
   * Divides a sequence into stretches of equal length, and draws one number of each. Every n-th
   * number would be a biased sample if the sequence repeats itself. Impressions, for example, stand
   * page by page, so every tenth impression may be the first of its page.
   *
   * @param length length of the sequence
   * @param most largest size of the sample
   * @return (sample) numbers from 0 to {@code length} - 1, ascending; all of them if there are at
   *     most {@code most}
   */
  public static int[] of(int length, int most, long seed) {
    if (length <= most) {
      return IntStream.range(0, length).toArray();
    }
    Random random = new Random(seed);
    int[] sample = new int[most];
    for (int i = 0; i < most; i++) {
      long from = (long) i * length / most;
      long to = (long) (i + 1) * length / most;
      sample[i] = (int) (from + random.nextInt((int) (to - from)));
    }
    return sample;
  }
}
