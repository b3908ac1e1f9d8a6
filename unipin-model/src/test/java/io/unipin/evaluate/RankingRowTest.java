package io.unipin.evaluate;

import static io.unipin.evaluate.BinaryMetricsTest.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankingRowTest {
  private static final SlateGroups ONE_SLATE =
      new SlateGroups(new int[2], new int[] {2}, new long[] {1, 2});
  private static final float[] SCORES = {0.4f, 0.6f};

  @Test
  void ofProbabilities_everyImpressionGotTheAction_hasNothingToSayOfProbabilities() {
    RankingRow row = RankingRow.ofProbabilities(SCORES, SCORES, labels(1, 1), ONE_SLATE);
    assertThat(new double[] {row.auc(), row.logLoss(), row.calibrationError()})
        .containsOnly(Double.NaN);
    assertThat(row.slateMrr()).isEqualTo(1);
  }

  @Test
  void ofProbabilities_bothKinds_hasEveryFigure() {
    RankingRow row = RankingRow.ofProbabilities(SCORES, SCORES, labels(0, 1), ONE_SLATE);
    assertThat(row.auc()).isEqualTo(1);
    assertThat(row.logLoss()).isEqualTo(-Math.log(0.6f), within(1e-7));
    assertThat(row.calibrationError()).isPositive();
  }
}
