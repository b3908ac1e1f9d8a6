package io.unipin.evaluate;

import static io.unipin.evaluate.BinaryMetricsTest.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SlateGroupsTest {
  @Test
  void reciprocalRank_byHand_skipsSlatesOfOneAndWithoutPositive() {
    // There are four slates: of 3 impressions with positives at ranks 2 and 3, of 1 impression, of
    // 2 with equal scores, and of 2 without a positive.
    SlateGroups groups =
        new SlateGroups(new int[8], new int[] {3, 1, 2, 2}, new long[] {1, 2, 3, 4, 9, 5, 6, 7});
    float[] scores = {0.2f, 0.9f, 0.5f, 0.1f, 0.3f, 0.3f, 0.8f, 0.7f};
    boolean[] labels = labels(1, 0, 1, 1, 1, 0, 0, 0);
    // of the two with equal scores, item 5 comes before item 9, which is the positive
    assertThat(groups.reciprocalRank(scores, labels)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void reciprocalRank_noSlateOfTwo_isNotDefined() {
    SlateGroups groups = new SlateGroups(new int[1], new int[] {1}, new long[] {1});
    assertThat(groups.reciprocalRank(new float[] {1}, labels(1))).isNaN();
  }
}
