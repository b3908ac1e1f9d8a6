package io.unipin.evaluate.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EvenSampleTest {
  @Test
  void of_shortSequence_isWhole() {
    assertThat(EvenSample.of(0, 5, 1)).isEmpty();
    assertThat(EvenSample.of(5, 5, 1)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void of_longSequence_hasOneNumberOfEachStretch() {
    for (int length : new int[] {101, 150, 1_000, 123_457}) {
      int[] sample = EvenSample.of(length, 100, 7);
      assertThat(sample).hasSize(100).isEqualTo(EvenSample.of(length, 100, 7));
      for (int i = 0; i < 100; i++) {
        assertThat(sample[i])
            .isBetween((int) (i * (long) length / 100), (int) ((i + 1) * (long) length / 100 - 1));
      }
    }
  }

  /** Impressions stand page by page. Every tenth one would always be the same place of a page. */
  @Test
  void of_pages_hasEachPlaceEquallyOften() {
    int[] places = new int[10];
    Arrays.stream(EvenSample.of(100_000, 10_000, 1)).forEach(i -> places[i % 10]++);
    IntStream.of(places)
        .forEach(count -> assertThat((double) count).isCloseTo(1000, within(150.0)));
  }
}
