package io.unipin.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataRuleTest {
  private static final TrainConfig USUAL = TrainConfig.defaults();

  /** Returns statistics of a log like Amazon Beauty, with other numbers of items and actions. */
  private static LogStatistics data(int items, long actions, double shown) {
    return data(items, actions, shown, Map.of());
  }

  private static LogStatistics data(
      int items, long actions, double shown, Map<String, Integer> shared) {
    return new LogStatistics(22_363, items, 0, items, actions, actions, 0.1, 5, 14, shown, shared);
  }

  private static String value(AutomaticSetting setting, LogStatistics data) {
    return DataRule.choose(setting, USUAL, data).value();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0.5",
    "20, 0.5",
    "21, 0.5",
    "30, 0.46",
    "63.25, 0.4",
    "100, 0.36",
    "199, 0.3",
    "200, 0.3",
    "100000, 0.3"
  })
  void choose_dropout_fallsWithTheActionsOfAnItem(double perItem, double expected) {
    LogStatistics data = data(1000, Math.round(1000 * perItem), 0);
    assertThat(value(AutomaticSetting.DROPOUT, data)).isEqualTo(Double.toString(expected));
  }

  @Test
  void choose_dropout_neverRisesWithMoreActions() {
    double last = 0.5;
    for (long actions = 100; actions < 10_000_000; actions += actions / 10) {
      double dropout = Double.parseDouble(value(AutomaticSetting.DROPOUT, data(1000, actions, 0)));
      assertThat(dropout).as("%d actions", actions).isBetween(last - 0.02, last);
      last = dropout;
    }
    assertThat(last).isEqualTo(0.3);
  }

  @Test
  void choose_dropoutWithoutPositiveActions_isTheLeast() {
    LogStatistics data = new LogStatistics(10, 50, 0, 0, 100, 0, 0, 10, 10, 0, Map.of());
    assertThat(value(AutomaticSetting.DROPOUT, data)).isEqualTo("0.3");
  }

  @ParameterizedTest
  @CsvSource({
    "12101, 150000, 0",
    "20000, 90000000, 0",
    "20001, 250000, -1",
    "50000, 400000, -1",
    "50000, 400001, 4096",
    "50001, 100, 4096",
    "20001, 1000000, 4096",
    "5000000, 10, 4096"
  })
  void choose_negatives_boundMemoryAndTime(int items, long actions, String expected) {
    assertThat(value(AutomaticSetting.NEGATIVES, data(items, actions, 0))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.2", "0.98, 0.2", "0.99, 0.0", "1, 0.0"})
  void choose_maskProbability_isZeroIfFeedviewsRecordAll(double shown, String expected) {
    assertThat(value(AutomaticSetting.MASK_PROBABILITY, data(1000, 1000, shown)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"1000000, 128, 128", "1000001, 64, 128"})
  void choose_sizes_boundTheTableOfItems(int items, String itemDim, String width) {
    assertThat(value(AutomaticSetting.ITEM_DIM, data(items, 1000, 0))).isEqualTo(itemDim);
    assertThat(value(AutomaticSetting.WIDTH, data(items, 1000, 0))).isEqualTo(width);
  }

  @ParameterizedTest
  @CsvSource({
    "12101, 10, 40",
    "12101, 45000, 40",
    "12101, 60000, 30",
    "12101, 150000, 12",
    "12101, 242020, 12",
    "5000, 316228, 16",
    "3883, 1000000, 20",
    "13047, 3100000, 7",
    "20000, 50000000, 5"
  })
  void choose_epochs_boundSteps(int items, long actions, String expected) {
    assertThat(value(AutomaticSetting.EPOCHS, data(items, actions, 0))).isEqualTo(expected);
  }

  /** The softmax is most of the work, so fewer negatives allow more epochs. */
  @Test
  void choose_epochs_countTheNegativesOfTheRecipe() {
    LogStatistics data = data(20_000, 3_000_000, 0);
    TrainConfig sampled = USUAL.with("training.negatives", "512");
    int full = Integer.parseInt(value(AutomaticSetting.EPOCHS, data));
    String more = DataRule.choose(AutomaticSetting.EPOCHS, sampled, data).value();
    assertThat(Integer.parseInt(more)).isGreaterThan(full);
  }

  @ParameterizedTest
  @CsvSource({"1, 5", "20, 5", "24, 6", "40, 10"})
  void choose_patience_isAQuarterOfTheEpochs(String epochs, String expected) {
    TrainConfig recipe = USUAL.with("training.epochs", epochs);
    assertThat(DataRule.choose(AutomaticSetting.PATIENCE, recipe, data(10, 10, 0)).value())
        .isEqualTo(expected);
  }

  @Test
  void resolve_theDefaultRecipe_givesEachReasonInOneSentence() {
    ResolvedRecipe resolved = Recipe.defaults(Map.of()).resolve(data(12_101, 153_776, 0));
    assertThat(resolved.choices())
        .extracting(SettingChoice::setting)
        .containsExactly(
            "model.itemDim",
            "model.width",
            "model.attributes.columns",
            "model.attributes.buckets",
            "training.dropout",
            "training.negatives",
            "training.maskProbability",
            "training.epochs",
            "training.patience");
    assertThat(resolved.choices())
        .allSatisfy(
            choice -> assertThat(choice.reason()).hasSizeGreaterThan(30).doesNotEndWith("."))
        .extracting(SettingChoice::reason)
        .doesNotHaveDuplicates()
        .anyMatch(reason -> reason.startsWith("an item has 12.7 positive actions on average; "));
  }

  @Test
  void choose_attributes_readsTheColumnsWithSharedValues() {
    LogStatistics some = data(1000, 1000, 0, Map.of("attributes", 0, "category", 50, "author", 7));
    assertThat(value(AutomaticSetting.ATTRIBUTE_COLUMNS, some)).isEqualTo("[category, author]");
    LogStatistics none = data(1000, 1000, 0, Map.of("attributes", 0, "category", 0));
    assertThat(value(AutomaticSetting.ATTRIBUTE_COLUMNS, none)).isEqualTo("[attributes]");
    assertThat(value(AutomaticSetting.ATTRIBUTE_BUCKETS, none)).isEqualTo("0");
  }

  @ParameterizedTest
  @CsvSource({"1, 1024", "256, 1024", "257, 2048", "4096, 16384", "4097, 32768", "1000000, 65536"})
  void choose_buckets_areFourTimesTheSharedValues(int shared, String expected) {
    LogStatistics data = data(1000, 1000, 0, Map.of("category", shared, "author", 1_000_000));
    TrainConfig recipe = USUAL.with("model.attributes.columns", "[category]");
    assertThat(DataRule.choose(AutomaticSetting.ATTRIBUTE_BUCKETS, recipe, data).value())
        .isEqualTo(expected);
  }
}
