package io.unipin.model.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BestFirstTest {
  private static final float[] SPECIAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.MAX_VALUE,
    1,
    Float.MIN_VALUE,
    0f,
    -0f,
    -Float.MIN_VALUE,
    -1,
    -Float.MAX_VALUE,
    Float.NEGATIVE_INFINITY
  };

  @Test
  void order_anyScores_isThatOfAComparator() {
    Random random = new Random(7);
    for (int size = 0; size < 60; size++) {
      float[] scores = new float[size];
      long[] ids = random.longs(size).toArray();
      for (int i = 0; i < size; i++) {
        scores[i] =
            random.nextBoolean() ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextFloat();
      }
      Comparator<Integer> comparator =
          Comparator.<Integer>comparingDouble(i -> scores[i])
              .reversed()
              .thenComparingLong(i -> ids[i]);
      int[] expected =
          IntStream.range(0, size).boxed().sorted(comparator).mapToInt(i -> i).toArray();
      assertThat(BestFirst.order(scores, i -> ids[i])).isEqualTo(expected);
    }
  }
}
