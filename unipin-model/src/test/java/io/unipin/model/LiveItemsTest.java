package io.unipin.model;

import static io.unipin.model.TestModels.CONTEXT;
import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ItemIdentity;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that a model computes the same results for a live item as for an equal item of its
 * catalogue.
 */
@Timeout(120)
class LiveItemsTest {
  private static final long SEED = 31;
  private static final float TOLERANCE = 1e-5f;

  /**
   * Bound of the differences between models that compute in int8. The same sum in another order can
   * differ in the last bit. This can change how a number is rounded to eight bits.
   */
  private static final float ROUNDING = 0.01f;

  private static final ModelConfig CONFIG = TestModels.config(4, 2, 64);

  @TempDir Path whole;
  @TempDir Path lesser;

  /** What a model computes for one history. */
  private record Page(float[] state, float[] queries, float[] scores) {}

  private static Page page(ServingModel model, TokenSequence tokens, int cut, int[] candidates) {
    ModelConfig config = model.config();
    int capacity = config.kvLayout(KvType.FLOAT32).capacityFor(config.maxHistory() + 1);
    HostRows block = TestModels.block(config, KvType.FLOAT32, capacity);
    if (cut > 0) {
      model.extend(head(tokens, cut - 1), 0, block);
    }
    float[] state = model.extend(tokens, cut, block);
    float[] queries = model.queries(state, CONTEXT, new float[][] {{0, 0, 0}, {1, 0, 0}});
    return new Page(state, queries, model.score(block, 1 + tokens.size(), candidates, CONTEXT));
  }

  private static TokenSequence head(TokenSequence tokens, int count) {
    return new TokenSequence(
        Arrays.copyOf(tokens.items(), count),
        Arrays.copyOf(tokens.identities(), count),
        Arrays.copyOf(tokens.actions(), count),
        Arrays.copyOf(tokens.surfaces(), count),
        Arrays.copyOf(tokens.gaps(), count));
  }

  private static void put(ServingModel model, float[] content) {
    put(model, content, AttributeBags.none(content.length / TestModels.CONTENT));
  }

  private static void put(ServingModel model, float[] content, AttributeBags attributes) {
    float[] vectors = model.embed(content, attributes);
    int e = model.config().itemDim() + model.config().contentPath();
    for (int slot = 0; slot < vectors.length / e; slot++) {
      model.writeLive(slot, Arrays.copyOfRange(vectors, slot * e, (slot + 1) * e));
    }
  }

  private static EngineOptions options(Precision precision, Executor executor) {
    EngineOptions options = EngineOptions.cpu(precision);
    return executor == Executor.BATCH ? options.batched(4, Duration.ZERO) : options;
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, WORKER, false",
    "FLOAT32, BATCH, false",
    "INT8, WORKER, false",
    "FLOAT32, WORKER, true",
    "FLOAT32, BATCH, true",
    "INT8, WORKER, true"
  })
  void pages_withLiveItems_equalThoseOfTheModelThatHasThem(
      Precision precision, Executor executor, boolean described) {
    ModelConfig config = described ? TestModels.described(CONFIG) : CONFIG;
    LiveModels models = LiveModels.write(whole, lesser, config, SEED);
    EngineOptions options = options(precision, executor);
    float tolerance = precision == Precision.INT8 ? ROUNDING : TOLERANCE;
    Random random = new Random(SEED);
    try (ServingModel all = ServingModel.load(whole, options);
        ServingModel some = ServingModel.load(lesser, options.withLiveItems(LiveModels.LIVE + 3))) {
      put(some, models.missingContent(), models.missingAttributes());
      for (int round = 0; round < 20; round++) {
        List<UserAction> actions = TestModels.actions(random, random.nextInt(config.maxHistory()));
        TokenSequence tokens = TokenSequence.of(actions);
        TokenSequence live = TokenSequence.of(models.actions(some, actions));
        int cut = random.nextInt(1 + tokens.size());
        int[] candidates = TestModels.candidates(random, 1 + random.nextInt(40));
        int[] rows = Arrays.stream(candidates).map(row -> models.row(some, row)).toArray();
        Page expected = page(all, tokens, cut, candidates);
        Page actual = page(some, live, cut, rows);
        assertThat(largestDifference(actual.scores, expected.scores)).isLessThan(tolerance);
        if (precision == Precision.FLOAT32) {
          assertThat(largestDifference(actual.state, expected.state)).isLessThan(tolerance);
          assertThat(largestDifference(actual.queries, expected.queries)).isLessThan(tolerance);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT32", "INT8"})
  void embed_content_isWhatTrainingGivesAnItemWithoutId(Precision precision) {
    LiveModels models = LiveModels.write(whole, lesser, CONFIG, SEED);
    try (ServingModel all = ServingModel.load(whole, EngineOptions.cpu());
        ServingModel some = ServingModel.load(lesser, EngineOptions.cpu(precision))) {
      float[] vectors = some.embed(models.missingContent());
      float[] table = all.itemVectors();
      int e = CONFIG.itemDim();
      assertThat(vectors).hasSize(LiveModels.LIVE * e);
      for (int slot = 0; slot < LiveModels.LIVE; slot++) {
        int row = models.missing()[slot];
        assertThat(
                largestDifference(
                    Arrays.copyOfRange(vectors, slot * e, (slot + 1) * e),
                    Arrays.copyOfRange(table, row * e, (row + 1) * e)))
            .isLessThan(1e-6f);
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
    try (ServingModel model = TestModels.serving(whole, CONFIG, SEED)) {
      float[] together = model.embed(content);
      int e = CONFIG.itemDim();
      assertThat(together).hasSize(count * e);
      for (int item = 0; item < count; item += 97) {
        int from = item * TestModels.CONTENT;
        float[] alone = model.embed(Arrays.copyOfRange(content, from, from + TestModels.CONTENT));
        float[] same = Arrays.copyOfRange(together, item * e, (item + 1) * e);
        assertThat(largestDifference(same, alone)).as("item %d", item).isLessThan(1e-6f);
      }
      assertThat(model.embed(new float[0])).isEmpty();
    }
  }

  @Test
  void writeLive_slotOfAnotherItem_countsFromThenOn() {
    LiveModels models = LiveModels.write(whole, lesser, CONFIG, SEED);
    int e = CONFIG.itemDim();
    try (ServingModel all = ServingModel.load(whole, EngineOptions.cpu());
        ServingModel some = ServingModel.load(lesser, EngineOptions.cpu().withLiveItems(1))) {
      float[] vectors = some.embed(models.missingContent());
      TokenSequence before = TokenSequence.empty();
      for (int item = 0; item < 3; item++) {
        some.writeLive(0, Arrays.copyOfRange(vectors, item * e, (item + 1) * e));
        int row = models.missing()[item];
        TokenSequence live =
            TokenSequence.of(
                List.of(UserAction.live(some.liveRow(0), ItemIdentity.of(row, 1), 1, 0, 1_000)));
        TokenSequence tokens = TokenSequence.of(List.of(UserAction.of(row, 1, 0, 1_000)));
        Page expected = page(all, tokens, 0, new int[] {row});
        Page actual = page(some, live, 0, new int[] {some.liveRow(0)});
        assertThat(largestDifference(actual.state, expected.state)).isLessThan(TOLERANCE);
        assertThat(largestDifference(actual.scores, expected.scores)).isLessThan(TOLERANCE);
        assertThat(live.hashes().commonPrefix(before.hashes())).isEqualTo(1);
        before = live;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"WORKER", "BATCH"})
  void writeLive_whileOthersRead_changesNoOtherRow(Executor executor) throws Exception {
    TestModels.serving(whole, CONFIG, SEED).close();
    EngineOptions options = options(Precision.FLOAT32, executor).withLiveItems(500);
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try (ServingModel model = ServingModel.load(whole, options)) {
      put(model, new float[] {1, 2, 3});
      TokenSequence tokens =
          TokenSequence.of(
              List.of(
                  UserAction.of(5, 1, 0, 1_000),
                  UserAction.live(model.liveRow(0), ItemIdentity.of(7, 1), 1, 0, 2_000)));
      int[] candidates = {0, 59, 60, model.liveRow(0)};
      Page expected = page(model, tokens, 0, candidates);
      Future<?> reading =
          reader.submit(
              () -> {
                for (int round = 0; round < 100; round++) {
                  assertThat(page(model, tokens, 0, candidates).scores)
                      .containsExactly(expected.scores);
                }
              });
      Random random = new Random(SEED);
      while (!reading.isDone()) {
        float[] vector = model.embed(new float[] {random.nextFloat(), random.nextFloat(), 1});
        model.writeLive(1 + random.nextInt(499), vector);
      }
      reading.get();
    } finally {
      reader.shutdownNow();
    }
  }

  @Test
  void table_ofTheCatalogue_hasNoLiveRows() {
    TestModels.serving(whole, CONFIG, SEED).close();
    try (ServingModel plain = ServingModel.load(whole, EngineOptions.cpu());
        ServingModel model = ServingModel.load(whole, EngineOptions.cpu().withLiveItems(9))) {
      put(model, new float[27]);
      assertThat(model.itemVectors()).containsExactly(plain.itemVectors());
      assertThat(model.itemTable().remaining()).isEqualTo(plain.itemTable().remaining());
      assertThat(model.fingerprint()).isEqualTo(plain.fingerprint());
      assertThat(model.liveLimit()).isEqualTo(9);
      assertThat(model.liveRow(0)).isEqualTo(TestModels.ITEMS + 1);
      assertThat(plain.liveLimit()).isZero();
    }
  }

  @Test
  void rows_outOfRange_areRefused() {
    TestModels.serving(whole, CONFIG, SEED).close();
    try (ServingModel model = ServingModel.load(whole, EngineOptions.cpu().withLiveItems(2))) {
      refused(() -> model.liveRow(2), "slot below 2 of a live item expected, got 2");
      refused(() -> model.liveRow(-1), "slot below 2 of a live item expected, got -1");
      refused(() -> page(model, TokenSequence.empty(), 0, new int[] {63}), "candidate below 63");
      refused(() -> page(model, live(63, 1), 0, new int[1]), "item below 63 expected, got 63");
      refused(() -> page(model, live(62, 0), 0, new int[1]), "an identity expected for the item");
      refused(() -> page(model, live(60, 1), 0, new int[1]), "no identity expected for the item");
    }
  }

  private static TokenSequence live(int row, long identity) {
    return TokenSequence.of(List.of(new UserAction(row, identity, 0, 0, 1_000)));
  }

  @Test
  void vectors_ofAnotherLength_areRefused() {
    TestModels.serving(whole, CONFIG, SEED).close();
    try (ServingModel model = ServingModel.load(whole, EngineOptions.cpu().withLiveItems(2))) {
      refused(
          () -> model.embed(new float[4]), "content of a multiple of 3 numbers expected, got 4");
      refused(() -> model.writeLive(0, new float[11]), "a vector of 12 numbers expected, got 11");
      refused(() -> model.writeLive(2, new float[12]), "slot below 2");
      float[] broken = new float[12];
      broken[5] = Float.NaN;
      refused(() -> model.writeLive(0, broken), "a vector of finite numbers expected, got NaN");
    }
    assertThatThrownBy(() -> EngineOptions.cpu().withLiveItems(-1))
        .hasMessage("liveItems of at least 0 expected, got -1");
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void embed_modelWithoutContent_isRefused() {
    List<String> name = List.of("any");
    ModelConfig bare = new ModelConfig(5, 0, 8, 4, 1, 1, 1, 4, 4, name, name, name);
    ModelWriter.writeRandom(whole, bare, SEED);
    try (ServingModel model = ServingModel.load(whole, EngineOptions.cpu())) {
      refused(() -> model.embed(new float[1]), "a model with content of items expected, got one");
    }
  }

  @Test
  void load_roomBeyondTheMemory_isRefused() {
    TestModels.serving(whole, CONFIG, SEED).close();
    EngineOptions options = EngineOptions.cpu().withLiveItems(Integer.MAX_VALUE);
    assertThatThrownBy(() -> ServingModel.load(whole, options))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "items.safetensors: room for at most 44739181 rows behind tensor embeddings expected,"
                + " got 2147483647");
  }
}
