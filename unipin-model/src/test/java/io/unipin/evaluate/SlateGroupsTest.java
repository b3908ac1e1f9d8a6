package io.unipin.evaluate;

import static io.unipin.evaluate.BinaryMetricsTest.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SlateGroupsTest {
  @Test
  void reciprocalRank_byHand_skipsSlatesOfOneAndWithoutPositive() {
    // The first of the four slates has positives at ranks 2 and 3. The second has only one
    // impression. In the third, both scores are equal. The fourth has no positive.
    SlateGroups groups =
        new SlateGroups(new int[8], new int[] {3, 1, 2, 2}, new long[] {1, 2, 3, 4, 9, 5, 6, 7});
    float[] scores = {0.2f, 0.9f, 0.5f, 0.1f, 0.3f, 0.3f, 0.8f, 0.7f};
    boolean[] labels = labels(1, 0, 1, 1, 1, 0, 0, 0);
    // In the third slate, item 5 is ranked before item 9, which is positive: equal scores are
    // ordered by id.
    assertThat(groups.reciprocalRank(scores, labels)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void reciprocalRank_noSlateOfTwo_isNotDefined() {
    SlateGroups groups = new SlateGroups(new int[1], new int[] {1}, new long[] {1});
    assertThat(groups.reciprocalRank(new float[] {1}, labels(1))).isNaN();
  }
}
