package io.unipin.evaluate.prerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.evaluate.page.PageFit;
import io.unipin.prerank.FittedPreRank;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PreRankFitTest {
  private static final List<String> NAMES = List.of("popular", "old");
  private static final int CANDIDATES = 50;

  /**
   * Returns pools whose target is drawn with probability in proportion to exp(weighted sum of the
   * dot product and the two features). A tenth of the second feature is unknown.
   */
  private static List<Pool> drawn(int users, long seed, double... weights) {
    Random random = new Random(seed);
    List<Pool> pools = new ArrayList<>();
    for (int u = 0; u < users; u++) {
      long[] ids = new long[CANDIDATES];
      int[] rows = new int[CANDIDATES];
      float[] dots = new float[CANDIDATES];
      float[] features = new float[2 * CANDIDATES];
      double[] shares = new double[CANDIDATES];
      double total = 0;
      for (int i = 0; i < CANDIDATES; i++) {
        ids[i] = 1000L - i;
        rows[i] = i;
        dots[i] = (float) random.nextGaussian() * 0.2f;
        features[2 * i] = 3 * random.nextFloat();
        features[2 * i + 1] = 5 + random.nextFloat();
        shares[i] =
            Math.exp(
                weights[0] * dots[i]
                    + weights[1] * features[2 * i]
                    + weights[2] * features[2 * i + 1]);
        total += shares[i];
        if (random.nextInt(10) == 0) {
          features[2 * i + 1] = Float.NaN;
        }
      }
      double at = random.nextDouble() * total;
      int target = 0;
      for (double sum = shares[0]; target < CANDIDATES - 1 && sum < at; ) {
        sum += shares[++target];
      }
      pools.add(new Pool(ids, rows, CANDIDATES, new int[0], dots, features, target));
    }
    return pools;
  }

  /** Counts of 62 action types have 1,616 features. */
  @Test
  void size_manyFeatures_shrinksPoolsBeforeUsersGetTooFew() {
    assertThat(PreRankFit.size(3).nearest()).isEqualTo(PreRankFit.POOL);
    assertThat(PreRankFit.size(100).nearest()).isEqualTo(PreRankFit.POOL);
    for (int features = 200; features <= 1616; features++) {
      PoolSearch.Size size = PreRankFit.size(features);
      assertThat(size.nearest()).isBetween(50, PreRankFit.POOL);
      assertThat(PreRankFit.users(size, features)).isGreaterThanOrEqualTo(200);
    }
  }

  @Test
  void fit_targetsOfKnownWeights_recoversTheirRatio() {
    FittedPreRank fitted = PreRankFit.fit(drawn(4000, 1, 10, 1, -2), NAMES).orElseThrow();
    assertThat(fitted.features()).extracting(FittedPreRank.Feature::name).isEqualTo(NAMES);
    assertThat((double) fitted.features().get(0).weight() / fitted.similarity())
        .isCloseTo(0.1, within(0.02));
    assertThat((double) fitted.features().get(1).weight() / fitted.similarity())
        .isCloseTo(-0.2, within(0.05));
    assertThat((double) fitted.features().get(0).mean()).isCloseTo(1.5, within(0.02));
    assertThat((double) fitted.features().get(1).mean())
        .as("the mean of the known values")
        .isCloseTo(5.5, within(0.02));
    assertThat(fitted.keptByWeights()).isGreaterThan(fitted.keptByRetrieval() + 0.03);
    assertThat(fitted.targets()).isEqualTo(4000);
    assertThat(fitted.pool()).isEqualTo(CANDIDATES);
    assertThat(fitted.kept()).isEqualTo(CANDIDATES / 5);
  }

  /** The share that retrieval keeps is counted here from the positions of the targets. */
  @Test
  void fit_keptByRetrieval_isTheShareOfTargetsInTheFirstFifth() {
    List<Pool> pools = drawn(200, 2, 5, 0, 0);
    int kept = 0;
    for (Pool pool : pools) {
      int better = 0;
      for (float dot : pool.dots()) {
        better += dot > pool.dots()[pool.target()] ? 1 : 0;
      }
      kept += better < CANDIDATES / 5 ? 1 : 0;
    }
    FittedPreRank fitted = PreRankFit.fit(pools, NAMES).orElseThrow();
    assertThat(fitted.keptByRetrieval()).isCloseTo(kept / 200.0, within(1e-9));
  }

  /**
   * The two halves of the users have opposite tastes. So weights that are fitted on one half lose
   * targets of the other half.
   */
  @Test
  void fit_weightsThatFailOnOtherUsers_keepsTheOrderOfRetrieval() {
    List<Pool> likers = drawn(300, 3, 10, 2, 0);
    List<Pool> others = drawn(300, 4, 10, -2, 0);
    List<Pool> mixed = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      mixed.add(likers.get(i));
      mixed.add(others.get(i));
    }
    FittedPreRank fitted = PreRankFit.fit(mixed, NAMES).orElseThrow();
    assertThat(fitted.similarity()).isEqualTo(1);
    assertThat(fitted.features()).allMatch(feature -> feature.weight() == 0);
    assertThat(fitted.keptByWeights()).isEqualTo(fitted.keptByRetrieval());
  }

  @Test
  void fit_fewTargets_givesNothing() {
    List<Pool> few = new ArrayList<>(drawn(PageFit.LEAST_TARGETS - 1, 5, 10, 1, 0));
    assertThat(PreRankFit.fit(few, NAMES)).isEmpty();
    Pool one = few.get(0);
    few.add(
        new Pool(one.ids(), one.rows(), CANDIDATES, new int[0], one.dots(), one.features(), -1));
    assertThat(PreRankFit.fit(few, NAMES)).isEmpty();
    few.add(one);
    assertThat(PreRankFit.fit(few, NAMES)).isPresent();
  }

  @Test
  void fit_featureThatIsNeverKnown_hasNoWeight() {
    List<Pool> pools =
        drawn(200, 6, 10, 1, 0).stream()
            .map(
                pool -> {
                  float[] features = pool.features().clone();
                  for (int i = 1; i < features.length; i += 2) {
                    features[i] = Float.NaN;
                  }
                  return new Pool(
                      pool.ids(),
                      pool.rows(),
                      pool.nearest(),
                      pool.followers(),
                      pool.dots(),
                      features,
                      pool.target());
                })
            .toList();
    FittedPreRank fitted = PreRankFit.fit(pools, NAMES).orElseThrow();
    assertThat(fitted.features().get(1)).isEqualTo(new FittedPreRank.Feature("old", 0, 0));
    assertThat(fitted.features().get(0).weight()).isPositive();
  }
}
