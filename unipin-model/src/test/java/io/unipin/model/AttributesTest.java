package io.unipin.model;

import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import io.unipin.model.files.Safetensors;
import io.unipin.model.files.WarmWeights;
import io.unipin.model.files.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a model that reads the attributes of items. The model adds up the rows of one table that
 * belong to the attributes' buckets.
 */
class AttributesTest {
  private static final long SEED = 41;
  private static final int BUCKETS = TestModels.BUCKETS;
  private static final ModelConfig CONFIG =
      TestModels.config(2, 2, 16)
          .withAttributes(new AttributeConfig(BUCKETS, List.of("attributes")));

  @TempDir Path folder;

  /** Returns a batch whose items have only attributes with buckets below {@code used}. */
  private static TrainingBatch batch(int used) {
    AttributeBags attributes =
        AttributeBags.of(
            CONFIG.items() + 1,
            item -> item % 3 == 0 ? new int[0] : new int[] {item % used, (item + 1) % used});
    return TestBatches.withAttributes(TestBatches.batch(CONFIG, SEED, 3, 7, 4), attributes);
  }

  private static float[] row(float[] table, int row) {
    int e = CONFIG.itemDim();
    return Arrays.copyOfRange(table, row * e, (row + 1) * e);
  }

  @Test
  void random_rowsOfAttributes_areZeros() {
    assertThat(Weights.random(CONFIG, SEED).get(Program.ITEM_ATTRIBUTE).toArray())
        .hasSize(BUCKETS * CONFIG.itemDim())
        .containsOnly(0);
  }

  @Test
  void random_otherTensors_areThoseOfAModelWithoutAttributesAndPath() {
    ModelConfig plain = TestModels.config(2, 2, 16);
    Weights without = Weights.random(plain, SEED);
    Weights with = Weights.random(TestModels.described(plain), SEED);
    for (String name : without.stored(plain).keySet()) {
      assertThat(with.get(name).toArray()).as(name).isEqualTo(without.get(name).toArray());
    }
  }

  @Test
  void gradients_reachTheRowsOfSeenAttributesAlone() {
    try (TrainingModel model = TrainingModel.of(CONFIG, Weights.random(CONFIG, SEED))) {
      float[] gradient =
          attributeRows(model.gradients(batch(7), TestBatches.settings(CONFIG, 1, 0)));
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        if (bucket < 7) {
          assertThat(largestDifference(row(gradient, bucket), new float[CONFIG.itemDim()]))
              .isGreaterThan(0);
        } else {
          assertThat(largestDifference(row(gradient, bucket), new float[CONFIG.itemDim()]))
              .isZero();
        }
      }
    }
  }

  @Test
  void step_unseenAttributes_staysAtZeroOverManySteps() {
    try (TrainingModel model = TrainingModel.of(CONFIG, Weights.random(CONFIG, SEED))) {
      for (int step = 1; step <= 20; step++) {
        model.step(batch(7), TestBatches.settings(CONFIG, step, 0.1));
      }
      float[] table = model.weights().get(Program.ITEM_ATTRIBUTE).toArray();
      assertThat(Arrays.copyOfRange(table, 7 * CONFIG.itemDim(), table.length)).containsOnly(0);
      assertThat(Arrays.copyOf(table, 7 * CONFIG.itemDim())).doesNotContain(0);
    }
  }

  @Test
  void loss_noClassHasAttributes_isThatOfAModelWithoutThem() {
    ModelConfig plain = TestModels.config(2, 2, 16);
    StepSettings settings = TestBatches.settings(CONFIG, 1, 0);
    TrainingBatch none =
        TestBatches.withAttributes(batch(7), AttributeBags.none(CONFIG.items() + 1));
    try (TrainingModel with = TrainingModel.of(CONFIG, TestModels.learned(CONFIG, SEED));
        TrainingModel without = TrainingModel.of(plain, TestModels.learned(plain, SEED))) {
      assertThat(with.loss(none, settings)).isEqualTo(without.loss(none, settings));
      float[] gradient = attributeRows(with.gradients(none, settings));
      assertThat(largestDifference(gradient, new float[gradient.length])).isZero();
    }
  }

  private static float[] attributeRows(Map<String, float[]> gradients) {
    return Objects.requireNonNull(gradients.get(Program.ITEM_ATTRIBUTE));
  }

  /**
   * Returns a loaded model. The row of the last bucket is zeros, as if training had not seen the
   * bucket.
   */
  private ServingModel serving() {
    Weights weights = TestModels.learned(CONFIG, SEED);
    float[] table = weights.get(Program.ITEM_ATTRIBUTE).toArray();
    Arrays.fill(table, (BUCKETS - 1) * CONFIG.itemDim(), table.length, 0);
    weights =
        weights.with(Program.ITEM_ATTRIBUTE, FloatTensor.of(table, BUCKETS, CONFIG.itemDim()));
    try (TrainingModel model = TrainingModel.of(CONFIG, weights)) {
      model.write(
          folder, TestModels.content(SEED), TestModels.attributes(CONFIG, SEED), new BitSet());
    }
    return ServingModel.load(folder, EngineOptions.cpu());
  }

  private static AttributeBags bag(int... buckets) {
    return AttributeBags.of(1, item -> buckets);
  }

  @Test
  void embed_unseenAttribute_addsExactlyNothing() {
    float[] content = {0.3f, -1, 0.5f};
    try (ServingModel model = serving()) {
      float[] known = model.embed(content, bag(2, 5));
      assertThat(model.embed(content, bag(2, 5, BUCKETS - 1))).containsExactly(known);
      assertThat(model.embed(content, bag(BUCKETS - 1)))
          .containsExactly(model.embed(content, AttributeBags.none(1)));
      assertThat(model.embed(content, bag(2))).isNotEqualTo(known);
      assertThat(model.learnedBuckets().cardinality()).isEqualTo(BUCKETS - 1);
      assertThat(model.learnedBuckets().get(BUCKETS - 1)).isFalse();
    }
  }

  @Test
  void embed_ordersOfAttributes_giveTheSameVector() {
    AttributeConfig read = CONFIG.attributes();
    List<String> tags = new ArrayList<>(List.of("red", "blue", "green", "wool", "new"));
    float[] content = {1, 2, 3};
    try (ServingModel model = serving()) {
      float[] first = model.embed(content, bag(read.bucketsOf(tags, "", "")));
      for (int round = 0; round < 20; round++) {
        Collections.shuffle(tags, new Random(round));
        assertThat(model.embed(content, bag(read.bucketsOf(tags, "", "")))).containsExactly(first);
      }
    }
  }

  @Test
  void embed_manyItems_givesWhatEachGivesAlone() {
    int count = 2500;
    Random random = new Random(SEED);
    float[] content = new float[count * TestModels.CONTENT];
    for (int i = 0; i < content.length; i++) {
      content[i] = (float) random.nextGaussian();
    }
    AttributeBags attributes =
        AttributeBags.of(count, item -> random.ints(random.nextInt(6), 0, BUCKETS).toArray());
    try (ServingModel model = serving()) {
      float[] together = model.embed(content, attributes);
      for (int item = 0; item < count; item += 61) {
        int from = item * TestModels.CONTENT;
        float[] own = Arrays.copyOfRange(content, from, from + TestModels.CONTENT);
        float[] alone = model.embed(own, attributes.range(item, item + 1));
        assertThat(largestDifference(row(together, item), alone)).isLessThan(1e-6f);
      }
    }
  }

  @Test
  void embed_attributesAlone_withoutContent() {
    ModelConfig config =
        new ModelConfig(4, 0, 8, 8, 1, 1, 1, 4, 4, List.of("a"), List.of("a"), List.of("home"))
            .withAttributes(new AttributeConfig(BUCKETS, List.of("attributes")));
    try (TrainingModel model = TrainingModel.of(config, TestModels.learned(config, SEED))) {
      model.write(
          folder,
          new float[0],
          AttributeBags.of(5, item -> new int[] {item}),
          BitSet.valueOf(new long[] {0b1111}));
    }
    try (ServingModel model = ServingModel.load(folder, EngineOptions.cpu())) {
      float[] vectors = model.embed(new float[0], AttributeBags.of(4, item -> new int[] {item}));
      assertThat(largestDifference(vectors, model.itemVectors())).isLessThan(1e-6f);
    }
  }

  @Test
  void warmStart_keepsTheRowsOfAttributes() {
    serving().close();
    int[] rows = IntStream.range(0, CONFIG.items()).toArray();
    Weights warm = WarmWeights.of(CONFIG, SEED + 1, folder, rows);
    assertThat(warm.get(Program.ITEM_ATTRIBUTE).toArray())
        .isEqualTo(ModelFiles.read(folder).weights().get(Program.ITEM_ATTRIBUTE).toArray());
    ModelConfig other = CONFIG.withAttributes(new AttributeConfig(99, List.of("attributes")));
    assertThatThrownBy(() -> WarmWeights.of(other, SEED, folder, rows))
        .hasMessage(
            "warm start: the shape of the earlier model expected, attributes 23 of [attributes],"
                + " got attributes 99 of [attributes]");
  }

  @Test
  void files_ofAModelWithoutAttributesAndPath_nameNeither() throws Exception {
    ModelConfig plain = TestModels.config(2, 2, 16);
    TestModels.write(folder, plain, SEED);
    assertThat(Files.readString(folder.resolve("config.json")))
        .doesNotContain("attributes", "contentPath");
    assertThat(Safetensors.read(folder.resolve("weights.safetensors")))
        .doesNotContainKeys("item_attribute", "path_in", "path_out")
        .containsKey("item_content");
    assertThat(Safetensors.read(folder.resolve("items.safetensors")))
        .containsOnlyKeys("embeddings");
    assertThat(ModelFiles.read(folder).config()).isEqualTo(plain);
  }
}
