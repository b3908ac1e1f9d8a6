package io.unipin.evaluate.baseline;

import static io.unipin.train.TestLogs.HIDE;
import static io.unipin.train.TestLogs.LIKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.evaluate.BinaryMetrics;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import io.unipin.train.TestLogs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CountsBaselineTest {
  private static final int ITEMS = 30;
  private static final int USERS = 200;
  private static final long VALIDATION_FROM = 1000;
  private static final long TEST_FROM = 2000;

  /** Changes that {@link #log} makes to the labels and the data of its log. */
  private record Plan(long testBits, boolean flipsTest, boolean flipsValidation, boolean before) {
    static final Plan PLAIN = new Plan(0, false, false, false);
  }

  private static double effect(long seed) {
    return new Random(seed * 7919 + 17).nextGaussian();
  }

  private static Catalogue catalogue() {
    List<CatalogueItem> items = new ArrayList<>();
    for (int i = 0; i <= ITEMS; i++) {
      items.add(new CatalogueItem(100L + i, "", i % 2 == 0 ? "even" : "odd", 0, new float[0]));
    }
    return Catalogue.of(items);
  }

  /**
   * Returns a log whose labels follow effects of item, user and surface. Every user is shown 20
   * items in training, 10 in validation and 10 in the test. The last item of the catalogue is shown
   * in the test alone.
   */
  private static FeedLog log(Plan plan) {
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, catalogue());
    for (int u = 0; u < USERS; u++) {
      builder.user("u" + u);
      if (plan.before()) {
        for (int i = 0; i < 5; i++) {
          builder.action(i, effect(500 + u) > 0 ? LIKE : 0, 0, 1);
        }
      }
      Random random = new Random(u);
      for (int t = 0; t < 40; t++) {
        boolean test = t >= 30;
        int item = test && t == 39 ? ITEMS : random.nextInt(ITEMS);
        int surface = random.nextInt(2);
        double logit = effect(item) + effect(500 + u) + (surface == 0 ? 1 : -1);
        boolean likes = random.nextDouble() < 1 / (1 + Math.exp(-logit));
        boolean validation = t >= 20 && !test;
        likes ^= (test && plan.flipsTest()) || (validation && plan.flipsValidation());
        long time = t < 20 ? 10 + t : test ? TEST_FROM + t : VALIDATION_FROM + t;
        builder.view(surface, time);
        builder.impression(item, test && plan.testBits() != 0 ? plan.testBits() : likes ? LIKE : 0);
      }
      builder.action(0, HIDE, 0, TEST_FROM + 900);
    }
    return builder.build();
  }

  private static Holdout holdout(FeedLog log) {
    return Holdout.timeSplit(log, VALIDATION_FROM, TEST_FROM);
  }

  /** Returns the probabilities of likes of all test impressions. */
  private static float[] test(FeedLog log) {
    CountsBaseline counts = CountsBaseline.of(log, holdout(log));
    Slates slates = new Slates(log, holdout(log));
    List<Float> all = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (Slate slate : slates.of(user)) {
        if (slate.part() == Part.TEST) {
          float[] own = counts.probabilities(user, slate);
          for (int i = 0; i < slate.size(); i++) {
            all.add(own[2 * i]);
          }
        }
      }
    }
    float[] array = new float[all.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = all.get(i);
    }
    return array;
  }

  private static boolean[] testLabels(FeedLog log) {
    Slates slates = new Slates(log, holdout(log));
    List<Boolean> all = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (Slate slate : slates.of(user)) {
        for (int i = slate.from(); slate.part() == Part.TEST && i < slate.to(); i++) {
          all.add((slates.bits()[i] & LIKE) != 0);
        }
      }
    }
    boolean[] labels = new boolean[all.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = all.get(i);
    }
    return labels;
  }

  @Test
  void probabilities_labelsOfEffects_arePredicted() {
    FeedLog log = log(Plan.PLAIN);
    float[] probabilities = test(log);
    assertThat(probabilities).hasSize(USERS * 10);
    assertThat(BinaryMetrics.auc(probabilities, testLabels(log))).isGreaterThan(0.78);
    CountsBaseline counts = CountsBaseline.of(log, holdout(log));
    assertThat(counts.weights(0))
        .containsOnlyKeys("item", "surface", "category", "user", "item before", "user before");
    assertThat(counts.weights(0).get("item")).isBetween(0.7, 1.4);
    assertThat(counts.weights(0).get("surface")).isBetween(0.7, 1.4);
    assertThat(counts.weights(0).get("user")).isBetween(0.7, 1.6);
    assertThat(counts.weights(0).get("user before")).as("no such actions").isZero();
  }

  /** Labels of the test part must change neither tables nor weights. */
  @Test
  void probabilities_testLabels_changeNothing() {
    float[] plain = test(log(Plan.PLAIN));
    assertThat(test(log(new Plan(0, true, false, false)))).isEqualTo(plain);
    assertThat(test(log(new Plan(LIKE | HIDE, false, false, false)))).isEqualTo(plain);
  }

  /** Labels of the validation part change the weights, but not what is counted. */
  @Test
  void weights_validationLabels_changeThem() {
    FeedLog plain = log(Plan.PLAIN);
    FeedLog flipped = log(new Plan(0, false, true, false));
    assertThat(CountsBaseline.of(plain, holdout(plain)).weights(0).get("item")).isPositive();
    assertThat(CountsBaseline.of(flipped, holdout(flipped)).weights(0).get("item")).isNegative();
    for (CountedKey key : CountedKey.of(plain)) {
      ShrunkRates one = tables(plain).rates(key);
      ShrunkRates other = tables(flipped).rates(key);
      for (int row = 0; row < key.rows(); row++) {
        assertThat(other.effect(row, 0)).isEqualTo(one.effect(row, 0));
      }
    }
  }

  private static TrainingTables tables(FeedLog log) {
    return new TrainingTables(log, holdout(log), new Slates(log, holdout(log)));
  }

  @Test
  void rates_itemShownInTheTestAlone_hasNoEffect() {
    FeedLog log = log(Plan.PLAIN);
    ShrunkRates items = tables(log).rates(CountedKey.of(log).get(0));
    assertThat(items.effect(ITEMS, 0)).isZero();
    assertThat(items.effect(0, 0)).isNotZero();
  }

  @Test
  void weights_actionsBeforeTheLog_areUsed() {
    FeedLog log = log(new Plan(0, false, false, true));
    CountsBaseline counts = CountsBaseline.of(log, holdout(log));
    assertThat(counts.weights(0).get("user before")).isPositive();
    assertThat(BinaryMetrics.auc(test(log), testLabels(log)))
        .isGreaterThan(BinaryMetrics.auc(test(log(Plan.PLAIN)), testLabels(log)) - 0.02);
  }

  @Test
  void probabilities_actionThatValidationLacks_areItsRate() {
    FeedLog log = log(Plan.PLAIN);
    CountsBaseline counts = CountsBaseline.of(log, holdout(log));
    Slate slate = new Slates(log, holdout(log)).of(0).get(35);
    assertThat(slate.part()).isEqualTo(Part.TEST);
    assertThat(counts.probabilities(0, slate)[1])
        .as("nothing shown was hidden")
        .isCloseTo((float) (0.5 / (USERS * 20 + 1)), within(1e-6f));
  }

  @Test
  void probabilities_logWithoutFeedviews_countActions() {
    FeedLog log = TestLogs.withoutViews(TestLogs.random(60, 20, 30, 3));
    Holdout holdout = Holdout.leaveLast(log, 2);
    CountsBaseline counts = CountsBaseline.of(log, holdout);
    assertThat(counts.weights(0)).containsOnlyKeys("item", "surface", "category", "user");
    Slates slates = new Slates(log, holdout);
    for (int user = 0; user < log.users(); user++) {
      for (Slate slate : slates.of(user)) {
        assertThat(counts.probabilities(user, slate)[0]).isBetween(0f, 1f);
      }
    }
  }

  @Test
  void rates_withheldItems_areNotCounted() {
    FeedLog log = log(Plan.PLAIN);
    Holdout holdout = holdout(log).withholding(0.4, 0);
    ShrunkRates items =
        new TrainingTables(log, holdout, new Slates(log, holdout)).rates(CountedKey.of(log).get(0));
    assertThat(holdout.withheld().isEmpty()).isFalse();
    for (int item = 0; item < ITEMS; item++) {
      assertThat(items.effect(item, 0) == 0).isEqualTo(holdout.withheld().contains(item));
    }
  }
}
