package io.unipin.train.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.model.TrainingBatch;
import io.unipin.train.TestLogs;
import io.unipin.train.recipe.TrainConfig;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;

/** Tests the data for new and rare items in training batches. */
class RareDrawsTest {
  private static final int ITEMS = 40;

  /**
   * The number of items with positive actions. The next five items occur without a positive action.
   * The last five items never occur.
   */
  private static final int LIKED = 30;

  private static final int OCCUR = 35;

  /**
   * Returns a log of twelve users. They like only the first {@link #LIKED} items. All of the first
   * {@link #OCCUR} items occur, with different frequencies.
   */
  private static FeedLog log() {
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, catalogue());
    for (int user = 0; user < 12; user++) {
      builder.user("u" + user);
      for (int i = 0; i < 8; i++) {
        int item = (user * 3 + i) % LIKED;
        builder.action(item, TestLogs.LIKE, 0, 1000L * i);
      }
      builder.action(LIKED + user % (OCCUR - LIKED), TestLogs.HIDE, 0, 8500);
      builder.action(user, TestLogs.LIKE, 0, 8600);
      builder.action(user + 1, TestLogs.LIKE, 0, 8700);
      builder.view(0, 8000);
      for (int k = 0; k < 4; k++) {
        builder.impression((user + 9 * k) % OCCUR, k % 2);
      }
    }
    return builder.build();
  }

  private static Catalogue catalogue() {
    return Catalogue.of(
        IntStream.range(0, ITEMS)
            .mapToObj(i -> new CatalogueItem(i, "item " + i, "", 0, new float[] {1, i}))
            .toList());
  }

  private static TrainConfig config(String... settings) {
    TrainConfig config = TrainConfig.defaults();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      config =
          config.with("training." + setting.substring(0, equals), setting.substring(equals + 1));
    }
    return config;
  }

  private static TrainingBatch batch(long step, String... settings) {
    FeedLog log = log();
    Holdout holdout = Holdout.leaveLast(log, 1);
    TrainConfig config = config(settings);
    List<Sequence> all =
        IntStream.range(0, log.users())
            .mapToObj(user -> new Sequence(user, 0, holdout.trainEnd(user)))
            .toList();
    return BatchSource.of(log, holdout, config).batch(all, step);
  }

  /** Asserts that two batches differ at most in the named components. */
  private static void assertAlike(TrainingBatch batch, TrainingBatch other, String... but) {
    assertThat(batch)
        .usingRecursiveComparison(
            RecursiveComparisonConfiguration.builder().withIgnoredFields(but).build())
        .isEqualTo(other);
  }

  @Test
  void rare_byDefault_isNothing() {
    assertThat(batch(1).rare()).usingRecursiveComparison().isEqualTo(TrainingBatch.Rare.NOTHING);
  }

  @Test
  void idDropout_ofAQuarter_hidesAQuarterOfTheItemsAnewInEveryStep() {
    TrainingBatch plain = batch(1);
    int hidden = 0;
    float[] before = new float[0];
    for (int step = 1; step <= 100; step++) {
      TrainingBatch batch = batch(step, "idDropout=0.25");
      float[] kept = batch.rare().kept();
      assertThat(kept).hasSize(ITEMS + 1).isNotEqualTo(before);
      assertThat(kept[ITEMS]).as("the unknown item is no item").isEqualTo(1);
      hidden += (int) IntStream.range(0, ITEMS).filter(i -> kept[i] == 0).count();
      before = kept;
    }
    assertThat(hidden / (100.0 * ITEMS)).isCloseTo(0.25, within(0.03));
    assertAlike(batch(1, "idDropout=0.25"), plain, "rare.kept");
    assertAlike(batch(1, "idDropout=0.25"), batch(1, "idDropout=0.25"));
  }

  @Test
  void idDropout_ofASampledSoftmax_hidesTheSameItems() {
    float[] full = batch(7, "idDropout=0.5").rare().kept();
    TrainingBatch sampled = batch(7, "idDropout=0.5", "negatives=6");
    for (int i = 0; i < sampled.classes().length; i++) {
      assertThat(sampled.rare().kept()[i]).isEqualTo(full[(int) sampled.classes()[i]]);
    }
  }

  @Test
  void unseenClasses_leftOut_neitherCompeteNorHaveIds() {
    TrainingBatch full = batch(1, "unseenClasses=false");
    TrainingBatch plain = batch(1);
    for (int item = 0; item < ITEMS; item++) {
      boolean seen = item < LIKED;
      assertThat(full.rare().kept()[item]).as("item %d", item).isEqualTo(seen ? 1 : 0);
      assertThat(full.classBias()[item])
          .as("item %d", item)
          .isEqualTo(seen ? 0 : Float.NEGATIVE_INFINITY);
      assertThat(plain.classBias()[item]).isZero();
    }
    assertAlike(full, plain, "rare.kept", "classBias");
  }

  @Test
  void unseenClasses_leftOut_areNoNegatives() {
    for (int step = 1; step <= 20; step++) {
      TrainingBatch batch = batch(step, "unseenClasses=false", "negatives=30");
      double[] probability = new double[ITEMS];
      for (int i = 0; i < batch.classes().length; i++) {
        int item = (int) batch.classes()[i];
        if (batch.classBias()[i] != Float.NEGATIVE_INFINITY) {
          assertThat(item).isLessThan(LIKED);
          probability[item] = Math.exp(-batch.classBias()[i]);
        } else if (item >= LIKED && item < ITEMS) {
          assertThat(batch.rare().kept()[i]).isZero();
        }
      }
      for (long target : batch.targets().items()) {
        assertThat(batch.classBias()[(int) target]).isNotEqualTo(Float.NEGATIVE_INFINITY);
      }
      assertThat(Arrays.stream(probability).sum()).isLessThanOrEqualTo(1 + 1e-5);
    }
  }

  @Test
  void unseenClasses_leftOut_keepWhatAnEarlierModelKnows() {
    FeedLog log = log();
    Holdout holdout = Holdout.leaveLast(log, 1);
    boolean[] known = new boolean[ITEMS];
    known[LIKED] = true;
    known[0] = true;
    TrainConfig config = config("unseenClasses=false");
    boolean[] unseen = BatchSource.of(TrainingPart.of(log, holdout), config, known).unseen();
    for (int item = 0; item < ITEMS; item++) {
      assertThat(unseen[item]).as("item %d", item).isEqualTo(item > LIKED);
    }
    assertThat(BatchSource.of(log, holdout, config()).unseen()).containsOnly(false);
  }

  @Test
  void unseenClasses_withoutAnyTarget_isStillABatch() {
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, catalogue()).user("u");
    builder.action(0, TestLogs.HIDE, 0, 1000).action(1, TestLogs.HIDE, 0, 2000);
    FeedLog log = builder.action(2, TestLogs.HIDE, 0, 3000).build();
    TrainConfig config = config("unseenClasses=false", "negatives=5");
    TrainingBatch batch =
        BatchSource.of(log, Holdout.leaveLast(log, 1), config)
            .batch(List.of(new Sequence(0, 0, 1)), 1);
    assertThat(batch.targets().items()).isEmpty();
    assertThat(batch.classBias()).containsOnly(Float.NEGATIVE_INFINITY);
  }

  @Test
  void candidateUnknown_always_leavesHistoriesAndTargetsAlone() {
    TrainingBatch plain = batch(1);
    TrainingBatch batch = batch(1, "candidateUnknown=1");
    assertAlike(batch, plain, "slate.items", "rare.bare");
    assertThat(batch.rare().bare()).hasSameSizeAs(batch.shown().at());
    for (int s = 0; s < batch.shown().at().length; s++) {
      int cell = (int) batch.shown().at()[s];
      assertThat(batch.slate().items()[cell]).isEqualTo(ITEMS + 1 + s);
      assertThat(batch.rare().bare()[s]).isEqualTo(plain.slate().items()[cell]);
    }
  }

  @Test
  void candidateUnknown_ofATenth_hidesATenthOfTheCandidates() {
    double hidden = 0;
    double all = 0;
    for (int step = 1; step <= 100; step++) {
      TrainingBatch batch = batch(step, "candidateUnknown=0.1");
      hidden += batch.rare().bare().length;
      all += batch.shown().at().length;
    }
    assertThat(hidden / all).isCloseTo(0.1, within(0.02));
  }

  @Test
  void cold_candidates_areThoseOfFewUsers() {
    FeedLog log = log();
    Holdout holdout = Holdout.leaveLast(log, 1);
    int[] users = ItemUsers.count(log, holdout);
    TrainingBatch batch = batch(1, "scoreReg=0.1", "coldBelow=4");
    assertThat(batch.rare().cold()).contains(0, 1).hasSameSizeAs(batch.shown().at());
    for (int s = 0; s < batch.shown().at().length; s++) {
      int item = (int) batch.slate().items()[(int) batch.shown().at()[s]];
      assertThat(batch.rare().cold()[s]).as("item %d", item).isEqualTo(users[item] < 4 ? 1 : 0);
    }
    assertAlike(batch, batch(1), "rare.cold");
  }

  @Test
  void mixup_partners_areAPermutationThatChangesByStep() {
    TrainingBatch batch = batch(1, "mixup=0.2");
    int candidates = batch.shown().at().length;
    long[] partners = batch.rare().partners();
    assertThat(Arrays.stream(partners).sorted().toArray())
        .isEqualTo(IntStream.range(0, candidates).asLongStream().toArray());
    assertThat(batch(2, "mixup=0.2").rare().partners()).isNotEqualTo(partners);
    assertAlike(batch, batch(1), "rare.partners", "rare.shares");
    assertAlike(batch, batch(1, "mixup=0.2"));
  }

  @Test
  void mixup_shares_areTheLargerPartOfABetaDivision() {
    for (double[] each : new double[][] {{1, 0.75}, {0.5, 0.5 + 1 / Math.PI}, {0, 1}, {1e-9, 1}}) {
      double alpha = each[0];
      RareDraws draws = new RareDraws(config("mixup=1", "mixupAlpha=" + alpha).training(), 3);
      float[] shares = draws.shares(20_000);
      double mean =
          IntStream.range(0, shares.length).mapToDouble(i -> shares[i]).average().orElse(0);
      assertThat(mean).as("alpha %s", alpha).isCloseTo(each[1], within(0.005));
      for (float share : shares) {
        assertThat(share).isBetween(0.5f, 1f);
      }
    }
    RareDraws none = new RareDraws(config("mixup=1", "mixupAlpha=1e-9").training(), 3);
    assertThat(none.shares(1000)).containsOnly(1f);
  }
}
