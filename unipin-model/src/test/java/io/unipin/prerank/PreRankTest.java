package io.unipin.prerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.features.ModelException;
import io.unipin.train.TestLogs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreRankTest {
  private static final Asked ASKED = new Asked(0, new int[] {1, 2}, 5_000);

  /** Returns weights of features f0, f1, … whose means are 10, 11, …. */
  static FittedPreRank fitted(float similarity, float... weights) {
    List<FittedPreRank.Feature> features = new ArrayList<>();
    for (int f = 0; f < weights.length; f++) {
      features.add(new FittedPreRank.Feature("f" + f, weights[f], 10 + f));
    }
    return new FittedPreRank(1, similarity, features, 80, 100, 20, 0.5, 0.75);
  }

  /** Features that are read from a table with one line per row of the catalogue. */
  private record Table(List<String> names, float[][] values) implements CandidateFeatures {
    @Override
    public void fill(Asked asked, int[] rows, float[] out) {
      for (int i = 0; i < rows.length; i++) {
        for (int f = 0; f < names.size(); f++) {
          out[i * names.size() + f] = rows[i] < values.length ? values[rows[i]][f] : Float.NaN;
        }
      }
    }
  }

  @Test
  void order_randomCandidates_equalsTheNaiveWay() {
    Random random = new Random(4);
    int items = 200;
    float[][] values = new float[items][3];
    float[] dots = new float[items];
    long[] ids = new long[items];
    int[] rows = new int[items];
    for (int i = 0; i < items; i++) {
      values[i] = new float[] {random.nextInt(3), random.nextFloat(), random.nextInt(2)};
      dots[i] = random.nextInt(4) / 4f;
      ids[i] = 1000L - i;
      rows[i] = i;
    }
    Table table = new Table(List.of("f1", "f0", "f2"), values);
    PreRank rule = PreRank.of(fitted(0.5f, 0, 0.25f, -1), table);
    float[] sums = rule.sums(ASKED, dots, rows);
    double[] naive = new double[items];
    for (int i = 0; i < items; i++) {
      naive[i] = 0.5 * dots[i] + 0.25 * values[i][0] - values[i][2];
      assertThat((double) sums[i]).isCloseTo(naive[i], within(1e-6));
    }
    List<Integer> expected =
        IntStream.range(0, items)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(i -> naive[i])
                    .reversed()
                    .thenComparingLong(i -> ids[i]))
            .toList();
    assertThat(Arrays.stream(PreRank.order(sums, ids)).boxed().toList()).isEqualTo(expected);
    assertThat(Arrays.stream(naive).distinct().count()).as("there are ties").isLessThan(items);
  }

  @Test
  void order_negativeSumsAndZeros_isDescending() {
    float[] sums = {-1, -0f, 0, 2, Float.MIN_VALUE, -3e6f, 2};
    assertThat(PreRank.order(sums, new long[] {7, 6, 5, 4, 3, 2, 1}))
        .as("of equal sums, the smaller id comes first")
        .containsExactly(6, 3, 4, 2, 1, 0, 5);
  }

  @Test
  void sums_unknownValuesAndLiveItems_countAsTheMean() {
    Table table = new Table(List.of("f0", "f1"), new float[][] {{1, Float.NaN}, {2, 3}});
    PreRank rule = PreRank.of(fitted(1, 0.5f, 2), table);
    assertThat(rule.sums(ASKED, new float[] {0, 0, 1}, new int[] {0, 1, 7}))
        .containsExactly(new float[] {0.5f + 2 * 11, 1 + 6, 1 + 0.5f * 10 + 2 * 11}, within(1e-5f));
  }

  @Test
  void of_missingFeature_isRefusedIfItHasAWeight() {
    Table table = new Table(List.of("f0"), new float[][] {{1}});
    assertThatThrownBy(() -> PreRank.of(fitted(1, 1, 1), table))
        .isInstanceOf(ModelException.class)
        .hasMessage("prerank.json: one of the features [f0] expected, got f1");
    PreRank rule = PreRank.of(fitted(1, 1, 0), table);
    assertThat(rule.sums(ASKED, new float[] {2}, new int[] {0})).containsExactly(3);
  }

  @Test
  void joined_sources_areSideBySide() {
    Table one = new Table(List.of("f0", "f1"), new float[][] {{1, 2}, {3, 4}});
    Table two = new Table(List.of("f2"), new float[][] {{5}, {6}});
    CandidateFeatures joined = new JoinedFeatures(List.of(one, two));
    float[] out = new float[6];
    joined.fill(ASKED, new int[] {1, 0}, out);
    assertThat(joined.names()).containsExactly("f0", "f1", "f2");
    assertThat(out).containsExactly(3, 4, 6, 1, 2, 5);
    assertThatThrownBy(() -> new JoinedFeatures(List.of(one, one)))
        .hasMessageContaining("distinct names of features expected");
  }

  @Test
  void known_featuresOfALog_areThoseOfItsTrainingSplit() {
    FeedLog log = TestLogs.withContent(TestLogs.random(40, 30, 30, 3), 1);
    Catalogue catalogue = log.catalogue();
    PreRankTables tables = PreRankTables.of(log, Holdout.leaveLast(log, 1));
    CandidateFeatures features = PreRank.features(tables, catalogue, null);
    assertThat(features.names()).containsExactly("log_popularity", "follows", "log_age_days");
    long now = 1_700_000_000_000L;
    int[] rows = {0, 1, 29, 30, 31};
    float[] out = new float[rows.length * 3];
    features.fill(new Asked(0, new int[] {4}, now), rows, out);
    for (int i = 0; i < 3; i++) {
      assertThat(out[3 * i]).isEqualTo(tables.logPopularity(rows[i]));
      assertThat(out[3 * i + 1]).isEqualTo(tables.follows().of(new int[] {4}).score(rows[i]));
    }
    assertThat(out[2]).as("the item of row 0 has no time").isNaN();
    double days = (now - catalogue.createdMs(1)) / 86_400_000.0;
    assertThat((double) out[5]).isCloseTo(Math.log1p(days), within(1e-5));
    for (int i = 9; i < out.length; i++) {
      assertThat(out[i]).as("a live item").isNaN();
    }
    features.fill(new Asked(0, new int[] {4}, FeedLog.NO_TIME), rows, out);
    assertThat(out[5]).as("no time is known").isNaN();
    features.fill(new Asked(0, new int[] {4}, 0), rows, out);
    assertThat(out[5]).as("asked before the item appeared").isZero();
  }
}
