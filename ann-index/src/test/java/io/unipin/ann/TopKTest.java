package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopKTest {
  private record Item(long id, float score) {}

  @Test
  void drain_whateverWasOffered_givesTheBestInOrder() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int count = random.nextInt(40);
      int k = random.nextInt(12);
      List<Item> items =
          IntStream.range(0, count).mapToObj(i -> new Item(i * 3L, random.nextInt(6))).toList();
      TopK best = new TopK(k);
      items.forEach(item -> best.offer(item.id(), item.score()));
      float[] kept = new float[k];
      Arrays.fill(kept, Float.NEGATIVE_INFINITY);
      List<Item> expected =
          items.stream()
              .sorted(Comparator.comparing((Item item) -> -item.score()).thenComparing(Item::id))
              .limit(k)
              .toList();
      if (k > 0) {
        float least = expected.size() < k ? Float.NEGATIVE_INFINITY : expected.get(k - 1).score();
        assertThat(best.threshold()).isEqualTo(least);
      }
      long[] ids = new long[k + 3];
      float[] scores = new float[k + 3];
      best.drain(ids, scores, 2, k);
      assertThat(ids[1]).as("before the offset").isZero();
      assertThat(ids[k + 2]).as("behind the last").isZero();
      for (int rank = 0; rank < k; rank++) {
        boolean there = rank < expected.size();
        assertThat(ids[2 + rank]).isEqualTo(there ? expected.get(rank).id() : AnnResult.NO_ID);
        assertThat(scores[2 + rank])
            .isEqualTo(there ? expected.get(rank).score() : Float.NEGATIVE_INFINITY);
      }
    }
  }

  @Test
  void found_countsUpToTheFirstPadding() {
    AnnResult result =
        new AnnResult(2, 2, new long[] {5, AnnResult.NO_ID, 6, 7}, new float[] {1, 0, 3, 2});
    assertThat(result.found(0)).isEqualTo(1);
    assertThat(result.found(1)).isEqualTo(2);
  }
}
