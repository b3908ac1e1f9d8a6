package io.unipin.model;

import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ItemIdentity;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Two models, the whole model and the lesser model. The lesser model lacks some of the items. Tests
 * put these items into the lesser model as live items. In the whole model, the id rows of these
 * items are zeros.
 */
final class LiveModels {
  static final int LIVE = 17;

  /**
   * The items that the lesser model lacks, as rows of the whole model. The index in this array is
   * the item's slot in the lesser model.
   */
  private final int[] missing;

  private final ModelConfig config;
  private final float[] content;
  private final AttributeBags attributes;

  private LiveModels(ModelConfig config, long seed) {
    this.config = config;
    this.content = TestModels.content(seed);
    this.attributes = TestModels.attributes(config, seed);
    this.missing = shuffled(seed);
  }

  private static int[] shuffled(long seed) {
    List<Integer> rows = new ArrayList<>(IntStream.range(0, TestModels.ITEMS).boxed().toList());
    Collections.shuffle(rows, new Random(seed));
    return rows.stream().limit(LIVE).mapToInt(row -> row).toArray();
  }

  /** Writes both models. Their ranges for int8 were observed on the whole model. */
  static LiveModels write(Path whole, Path lesser, ModelConfig config, long seed) {
    LiveModels models = new LiveModels(config, seed);
    Weights weights = models.withoutIds(TestModels.learned(config, seed));
    write(whole, config, weights, models.content, models.attributes);
    Random random = new Random(seed);
    List<TokenSequence> histories =
        IntStream.range(0, 10)
            .mapToObj(i -> TokenSequence.of(TestModels.actions(random, config.maxHistory())))
            .toList();
    ModelWriter.observe(whole, histories, TestModels.CONTEXT);
    Weights observed = ModelFiles.read(whole).weights();
    write(
        lesser,
        models.lesser(),
        models.lesser(observed),
        models.rows(models.content, config.contentDim()),
        models.attributes.chosen(models.left()));
    return models;
  }

  private static void write(
      Path folder, ModelConfig config, Weights weights, float[] content, AttributeBags attributes) {
    try (TrainingModel model = TrainingModel.of(config, weights)) {
      model.write(folder, content, attributes, new BitSet());
    }
  }

  private Weights withoutIds(Weights weights) {
    FloatTensor ids = weights.get(Program.ITEM_ID);
    float[] numbers = ids.toArray();
    int e = config.itemDim();
    for (int row : missing) {
      Arrays.fill(numbers, row * e, (row + 1) * e, 0);
    }
    return weights.with(Program.ITEM_ID, FloatTensor.of(numbers, ids.shape()));
  }

  private ModelConfig lesser() {
    return config.withItems(config.items() - LIVE);
  }

  private Weights lesser(Weights weights) {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>(weights.tensors());
    float[] ids = rows(weights.get(Program.ITEM_ID).toArray(), config.itemDim());
    tensors.put(Program.ITEM_ID, FloatTensor.of(ids, config.items() + 1L - LIVE, config.itemDim()));
    return Weights.of(lesser(), tensors);
  }

  /**
   * Returns a table (items + 1, width) without the rows of the missing items: (items + 1 - LIVE,
   * width).
   */
  private float[] rows(float[] table, int width) {
    float[] left = new float[table.length - LIVE * width];
    for (int row = 0; row <= config.items(); row++) {
      if (slot(row) < 0) {
        System.arraycopy(table, row * width, left, lesserRow(row) * width, width);
      }
    }
    return left;
  }

  /** Returns the rows of the whole model whose items the lesser model has, in ascending order. */
  private long[] left() {
    return LongStream.rangeClosed(0, config.items()).filter(row -> slot((int) row) < 0).toArray();
  }

  /** Returns the attributes of the missing items, in the order of their slots. */
  AttributeBags missingAttributes() {
    return attributes.chosen(Arrays.stream(missing).asLongStream().toArray());
  }

  private int slot(int row) {
    return IntStream.range(0, LIVE).filter(slot -> missing[slot] == row).findFirst().orElse(-1);
  }

  private int lesserRow(int row) {
    return row - (int) Arrays.stream(missing).filter(other -> other < row).count();
  }

  /** Returns the content (LIVE, contentDim) of the missing items, in the order of their slots. */
  float[] missingContent() {
    int f = config.contentDim();
    float[] some = new float[LIVE * f];
    for (int slot = 0; slot < LIVE; slot++) {
      System.arraycopy(content, missing[slot] * f, some, slot * f, f);
    }
    return some;
  }

  /**
   * Returns the rows that the missing items have in the whole model, in the order of their slots.
   */
  int[] missing() {
    return missing;
  }

  /** Returns the row that an item of the whole model has in the lesser model. */
  int row(ServingModel lesser, int row) {
    return slot(row) < 0 ? lesserRow(row) : lesser.liveRow(slot(row));
  }

  /** Converts actions on items of the whole model to actions for the lesser model. */
  List<UserAction> actions(ServingModel lesser, List<UserAction> actions) {
    return actions.stream()
        .map(
            action -> {
              int row = row(lesser, action.item());
              long identity =
                  slot(action.item()) < 0 ? ItemIdentity.NONE : ItemIdentity.of(action.item(), 1);
              return new UserAction(
                  row, identity, action.actions(), action.surface(), action.timeMs());
            })
        .toList();
  }
}
