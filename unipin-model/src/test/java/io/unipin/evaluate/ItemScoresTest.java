package io.unipin.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ItemScoresTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "7, 3, 2", "5000, 6, 3", "2048, 16, 1", "100, 8, 0"})
  void of_anySize_equalsDotProducts(int items, int dim, int queries) {
    Random random = new Random(items);
    float[] vectors = numbers(items * dim, random);
    float[][] asked = new float[queries][];
    for (int q = 0; q < queries; q++) {
      asked[q] = numbers(dim, random);
    }
    float[][] scores = new ItemScores(vectors, items, dim).of(asked);
    assertThat(scores).hasDimensions(queries, queries == 0 ? 0 : items);
    for (int q = 0; q < queries; q++) {
      for (int item = 0; item < items; item++) {
        double dot = 0;
        for (int d = 0; d < dim; d++) {
          dot += (double) asked[q][d] * vectors[item * dim + d];
        }
        assertThat((double) scores[q][item]).isCloseTo(dot, within(1e-5));
      }
    }
  }

  private static float[] numbers(int count, Random random) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }
}
