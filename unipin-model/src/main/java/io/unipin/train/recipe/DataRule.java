package io.unipin.train.recipe;

import io.unipin.model.features.AttributeConfig;
import java.util.List;
import java.util.Locale;

/**
 * Chooses the automatic settings of a recipe by the statistics of the log's training part. Each
 * choice is a function of these statistics and of the settings before it, so the same log always
 * gives the same choices. {@code docs/decisions/recipes.md} has the figures behind the rules.
 *
 * <table>
 * <caption>Rules</caption>
 * <tr><td>itemDim</td><td>128; 64 above 1,000,000 items</td></tr>
 * <tr><td>width</td><td>128</td></tr>
 * <tr><td>attributes.columns</td><td>Those with a value that two items have. If there is none,
 * attributes.</td></tr>
 * <tr><td>attributes.buckets</td><td>0 if no value is shared. Otherwise the first power of two of at
 * least four times the number of shared values, from 1,024 to 65,536</td></tr>
 * <tr><td>dropout</td><td>.5 up to 20 positive actions per item, .3 from 200 on, linear in the
 * logarithm in between</td></tr>
 * <tr><td>negatives</td><td>full softmax up to 20,000 items, and up to 50,000 items if targets ×
 * items is at most 2e10; otherwise 4,096 negatives</td></tr>
 * <tr><td>maskProbability</td><td>0 if 99 % of the actions are in feedviews, else .2</td></tr>
 * <tr><td>epochs</td><td>12 up to 20 positive actions per item, 20 from 200 on, linear in the
 * logarithm in between. Below 150,000 actions, more epochs (at most 40) keep the number of steps
 * that 150,000 actions would give. If the training would take more than two hours on one core,
 * there are fewer epochs, but at least 5</td></tr>
 * <tr><td>patience</td><td>a quarter of the epochs, at least 5</td></tr>
 * </table>
 */
final class DataRule {
  private static final int WIDTH = 128;
  private static final int NARROW = 64;
  private static final int MOST_WIDE_ITEMS = 1_000_000;

  private static final int BUCKETS_PER_NAME = 4;
  private static final int FEWEST_BUCKETS = 1024;
  private static final int MOST_BUCKETS = 65_536;

  private static final double MOST_DROPOUT = 0.5;
  private static final double LEAST_DROPOUT = 0.3;
  private static final double SPARSE = 20;
  private static final double DENSE = 200;

  private static final int MOST_FULL_ITEMS = 50_000;
  private static final double MOST_FULL_LOGITS = 2e10;

  private static final double SHOWN = 0.99;
  private static final double MASK_PROBABILITY = 0.2;

  private static final int SPARSE_EPOCHS = 12;
  private static final int DENSE_EPOCHS = 20;
  private static final int FEWEST_EPOCHS = 5;
  private static final int MOST_EPOCHS = 40;
  private static final double FEW_ACTIONS = 150_000;
  private static final int LEAST_PATIENCE = 5;

  private final TrainConfig recipe;
  private final LogStatistics data;

  private DataRule(TrainConfig recipe, LogStatistics data) {
    this.recipe = recipe;
    this.data = data;
  }

  /**
   * Chooses one setting.
   *
   * @param recipe the recipe with the choices of all settings before this one
   */
  static SettingChoice choose(AutomaticSetting setting, TrainConfig recipe, LogStatistics data) {
    DataRule rule = new DataRule(recipe, data);
    return switch (setting) {
      case ITEM_DIM -> rule.itemDim();
      case WIDTH -> rule.width();
      case ATTRIBUTE_COLUMNS -> rule.attributeColumns();
      case ATTRIBUTE_BUCKETS -> rule.attributeBuckets();
      case DROPOUT -> rule.dropout();
      case NEGATIVES -> rule.negatives();
      case MASK_PROBABILITY -> rule.maskProbability();
      case EPOCHS -> rule.epochs();
      case PATIENCE -> rule.patience();
    };
  }

  private SettingChoice itemDim() {
    boolean wide = data.catalogue() <= MOST_WIDE_ITEMS;
    return choice(
        AutomaticSetting.ITEM_DIM,
        wide ? WIDTH : NARROW,
        wide
            ? "128 was better than 64 on all measured data, and the table of %,d items is small"
                + " enough"
            : "a table of %,d items with 128 numbers each would take too much memory",
        data.catalogue());
  }

  private SettingChoice width() {
    return choice(
        AutomaticSetting.WIDTH, WIDTH, "128 was better than 64 on all measured data of any size");
  }

  private SettingChoice attributeColumns() {
    List<String> shared =
        AttributeConfig.COLUMNS.stream().filter(column -> shared(column) > 0).toList();
    return shared.isEmpty()
        ? new SettingChoice(
            AutomaticSetting.ATTRIBUTE_COLUMNS.path(),
            AttributeConfig.NONE.columns().toString(),
            "no two items have the same attribute, category or author")
        : new SettingChoice(
            AutomaticSetting.ATTRIBUTE_COLUMNS.path(),
            shared.toString(),
            "several items have the same value there, so it says something about new items");
  }

  private SettingChoice attributeBuckets() {
    int names = recipe.model().attributes().columns().stream().mapToInt(this::shared).sum();
    if (names == 0) {
      return choice(
          AutomaticSetting.ATTRIBUTE_BUCKETS,
          0,
          "a value that only one item has says nothing about other items");
    }
    long wanted = Math.min(MOST_BUCKETS, Math.max(FEWEST_BUCKETS, (long) BUCKETS_PER_NAME * names));
    int buckets = Integer.highestOneBit((int) wanted - 1) << 1;
    return choice(
        AutomaticSetting.ATTRIBUTE_BUCKETS,
        buckets,
        "items share %,d values, and few of these should get the same row",
        names);
  }

  private int shared(String column) {
    return data.shared().getOrDefault(column, 0);
  }

  private SettingChoice dropout() {
    double dropout = MOST_DROPOUT - (MOST_DROPOUT - LEAST_DROPOUT) * density();
    return choice(
        AutomaticSetting.DROPOUT,
        Math.round(100 * dropout) / 100.0,
        "an item has %.1f positive actions on average; the fewer it has, the more easily a model"
            + " memorises single histories",
        data.targetsPerItem());
  }

  /** Returns 0 for sparse data, 1 for dense data or data without positive actions. */
  private double density() {
    double density = Math.log(data.targetsPerItem() / SPARSE) / Math.log(DENSE / SPARSE);
    return data.targets() == 0 ? 1 : Math.max(0, Math.min(1, density));
  }

  private SettingChoice negatives() {
    double logits = (double) data.targets() * data.catalogue();
    if (data.catalogue() <= TrainingSettings.MOST_FULL) {
      return choice(
          AutomaticSetting.NEGATIVES,
          0,
          "a full softmax retrieves better, and all %,d items fit into a batch",
          data.catalogue());
    }
    if (data.catalogue() <= MOST_FULL_ITEMS && logits <= MOST_FULL_LOGITS) {
      return choice(
          AutomaticSetting.NEGATIVES,
          TrainingSettings.ALL_ITEMS,
          "a full softmax retrieves better, and for %,d targets over %,d items it is fast enough",
          data.targets(),
          data.catalogue());
    }
    return choice(
        AutomaticSetting.NEGATIVES,
        TrainingSettings.NEGATIVES,
        "a full softmax for %,d targets over %,d items would take too much memory or time",
        data.targets(),
        data.catalogue());
  }

  private SettingChoice maskProbability() {
    boolean shown = data.shown() >= SHOWN;
    return choice(
        AutomaticSetting.MASK_PROBABILITY,
        shown ? 0.0 : MASK_PROBABILITY,
        shown
            ? "feedviews record %.0f %% of the actions, so ranking learns them without masks"
            : "feedviews record only %.0f %% of the actions, so ranking learns the others by masks",
        Math.floor(100 * data.shown()));
  }

  private SettingChoice epochs() {
    double usual = SPARSE_EPOCHS + (DENSE_EPOCHS - SPARSE_EPOCHS) * density();
    double small = Math.max(1, FEW_ACTIONS / Math.max(1, data.actions()));
    int wanted = (int) Math.round(Math.min(MOST_EPOCHS, usual * small));
    double affordable = TrainingWork.BUDGET / Math.max(1, TrainingWork.ofEpoch(recipe, data));
    if (affordable < wanted) {
      return choice(
          AutomaticSetting.EPOCHS,
          Math.max(FEWEST_EPOCHS, (int) affordable),
          "more epochs over %,d actions would take more than two hours on one core",
          data.actions());
    }
    return choice(
        AutomaticSetting.EPOCHS,
        wanted,
        small > 1
            ? "%,d actions make few steps per epoch, so more epochs are needed than for 150,000"
            : "%,d actions make enough steps; %.1f positive actions per item allow 12 epochs if they"
                + " are few, and 20 if they are many",
        data.actions(),
        data.targetsPerItem());
  }

  private SettingChoice patience() {
    int epochs = recipe.training().epochs();
    return choice(
        AutomaticSetting.PATIENCE,
        Math.max(LEAST_PATIENCE, epochs / 4),
        "a quarter of %d epochs, but at least 5, without a better validation are enough to stop",
        epochs);
  }

  private static SettingChoice choice(
      AutomaticSetting setting, int value, String reason, Object... numbers) {
    return new SettingChoice(
        setting.path(), Integer.toString(value), String.format(Locale.ROOT, reason, numbers));
  }

  private static SettingChoice choice(
      AutomaticSetting setting, double value, String reason, Object... numbers) {
    return new SettingChoice(
        setting.path(), Double.toString(value), String.format(Locale.ROOT, reason, numbers));
  }
}
