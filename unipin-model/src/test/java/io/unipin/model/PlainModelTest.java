package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.features.TokenSequence;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests that the engine agrees with {@link PlainModel}, and that both agree with numbers that
 * neither of them computed.
 *
 * <p>A program in another language wrote the model in the folder {@code tiny} with the safetensors
 * library. {@code numbers.json} contains what that program computed from the model in double
 * precision.
 */
class PlainModelTest {
  private static final float TOLERANCE = 1e-5f;
  private static final long SEED = 23;

  @TempDir Path folder;

  private static Path tiny() throws URISyntaxException {
    return Path.of(Objects.requireNonNull(PlainModelTest.class.getResource("tiny")).toURI());
  }

  private static JsonNode numbers() throws IOException, URISyntaxException {
    return new ObjectMapper().readTree(tiny().resolve("numbers.json").toFile());
  }

  private static double[] doubles(JsonNode array) {
    return IntStream.range(0, array.size()).mapToDouble(i -> array.get(i).asDouble()).toArray();
  }

  private static float[] floats(JsonNode array) {
    return floats(doubles(array));
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  private static TokenSequence tokens(JsonNode of) {
    long[] actions = IntStream.of(ints(of.path("actions"))).asLongStream().toArray();
    return new TokenSequence(
        ints(of.path("items")), actions, ints(of.path("surfaces")), ints(of.path("gaps")));
  }

  private static void assertClose(float[] actual, double[] expected, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i])
          .as("%s %s", what, i)
          .isCloseTo((float) expected[i], within(tolerance(expected[i])));
    }
  }

  /**
   * Returns the tolerance for a number. The tolerance is relative for magnitudes above 1, and
   * absolute for other numbers.
   */
  private static float tolerance(double expected) {
    return (float) (TOLERANCE * Math.max(1, Math.abs(expected)));
  }

  @Test
  void plainModel_ofTheTinyCheckpoint_equalsPinnedNumbers() throws Exception {
    PlainModel plain = new PlainModel(tiny());
    JsonNode numbers = numbers();
    for (int item = 0; item < numbers.path("embeddings").size(); item++) {
      float[] content = floats(numbers.path("content").get(item));
      assertClose(
          floats(plain.embedding(item, content)),
          doubles(numbers.path("embeddings").get(item)),
          "embedding");
    }
    for (JsonNode of : numbers.path("cases")) {
      RequestContext context =
          new RequestContext(of.path("surface").asInt(), of.path("gap").asInt());
      PlainModel.Encoded encoded = plain.encode(tokens(of));
      assertClose(floats(encoded.state()), doubles(of.path("state")), "state");
      for (int l = 0; l < encoded.keys().length; l++) {
        assertRows(encoded.keys()[l], of.path("keys").get(l));
        assertRows(encoded.values()[l], of.path("values").get(l));
      }
      for (JsonNode query : of.path("queries")) {
        double[] found =
            plain.query(
                encoded.state(),
                context,
                floats(query.path("outcomes")),
                query.path("offset").asInt());
        assertClose(floats(found), doubles(query.path("query")), "query");
      }
      double[][] scores =
          plain.score(encoded, ints(of.path("candidates")), context, ints(of.path("positions")));
      for (int i = 0; i < scores.length; i++) {
        assertClose(floats(scores[i]), doubles(of.path("probabilities").get(i)), "probabilities");
      }
    }
  }

  /** Compares the last rows of {@code rows} with the expected rows. */
  private static void assertRows(double[][] rows, JsonNode pinned) {
    int first = rows.length - pinned.size();
    for (int t = 0; t < pinned.size(); t++) {
      assertClose(floats(rows[first + t]), doubles(pinned.get(t)), "row " + (first + t));
    }
  }

  @Test
  void servingModel_ofTheTinyCheckpoint_equalsPinnedNumbers() throws Exception {
    JsonNode numbers = numbers();
    assertThat(numbers.path("cases").size()).isEqualTo(3);
    try (ServingModel model = ServingModel.load(tiny(), EngineOptions.cpu())) {
      int width = model.config().itemDim();
      for (int item = 0; item < model.config().items(); item++) {
        float[] vector = new float[width];
        model.itemTable().get(item * width, vector);
        assertClose(vector, doubles(numbers.path("embeddings").get(item)), "embedding");
      }
      for (JsonNode of : numbers.path("cases")) {
        checkServing(model, of);
      }
    }
  }

  private static void checkServing(ServingModel model, JsonNode of) {
    TokenSequence tokens = tokens(of);
    RequestContext context = new RequestContext(of.path("surface").asInt(), of.path("gap").asInt());
    int rows = 1 + tokens.size();
    HostRows block = TestModels.block(model.config(), KvType.FLOAT32, rows);
    float[] state = model.extend(tokens, 0, block);
    assertClose(state, doubles(of.path("state")), "state");
    for (int l = 0; l < model.config().layers(); l++) {
      for (int which = 0; which < 2; which++) {
        JsonNode pinned = of.path(which == 0 ? "keys" : "values").get(l);
        int first = rows - pinned.size();
        for (int t = 0; t < pinned.size(); t++) {
          assertClose(
              row(model.config(), block, l, which, first + t),
              doubles(pinned.get(t)),
              "layer %s, plane %s, row %s".formatted(l, which, first + t));
        }
      }
    }
    for (JsonNode query : of.path("queries")) {
      float[][] outcomes = {floats(query.path("outcomes"))};
      int[] offsets = {query.path("offset").asInt()};
      assertClose(
          model.queries(state, context, outcomes, offsets), doubles(query.path("query")), "query");
    }
    int[] candidates = ints(of.path("candidates"));
    float[] scores = model.score(block, rows, candidates, context, ints(of.path("positions")));
    int actions = model.config().actions().size();
    for (int i = 0; i < candidates.length; i++) {
      float[] found = Arrays.copyOfRange(scores, i * actions, (i + 1) * actions);
      assertClose(found, doubles(of.path("probabilities").get(i)), "probabilities");
    }
  }

  /**
   * Returns a row of a block with all heads one after the other. In the block the two halves of a
   * key head are interleaved; here they are not.
   */
  private static float[] row(ModelConfig config, HostRows block, int layer, int which, int row) {
    FloatBuffer numbers = block.memory().asFloatBuffer();
    int width = config.headDim();
    float[] found = new float[config.kvHeads() * width];
    for (int head = 0; head < config.kvHeads(); head++) {
      int plane = (layer * 2 + which) * config.kvHeads() + head;
      for (int i = 0; i < width; i++) {
        int to = which == 0 ? i % 2 * (width / 2) + i / 2 : i;
        found[head * width + to] = numbers.get((plane * block.capacity() + row) * width + i);
      }
    }
    return found;
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, false, 0, 0, 0",
    "2, 1, true, 0, 0, 0",
    "2, 2, false, 0, 0, 0",
    "4, 2, false, 12, 3, 2",
    "2, 1, true, 2, 1, 1",
    "2, 2, false, 14, 0, 2"
  })
  void servingModel_randomHistories_equalsPlainModel(
      int heads, int kvHeads, boolean gated, int window, int globalRows, int windowLayers) {
    ModelConfig plainShape =
        gated ? TestModels.gated(heads, kvHeads, 40) : TestModels.config(heads, kvHeads, 40);
    ModelConfig config =
        plainShape.withWindow(AttentionWindow.of(window, globalRows, windowLayers));
    Random random = new Random(SEED);
    try (ServingModel model = TestModels.serving(folder, config, SEED)) {
      PlainModel plain = new PlainModel(folder);
      for (int count : new int[] {0, 1, 7, 16, 40}) {
        compare(model, plain, TokenSequence.of(TestModels.actions(random, count)), random);
      }
    }
  }

  private static void compare(
      ServingModel model, PlainModel plain, TokenSequence tokens, Random random) {
    ModelConfig config = model.config();
    int rows = 1 + tokens.size();
    HostRows block = TestModels.block(config, KvType.FLOAT32, rows);
    float[] state = model.extend(tokens, 0, block);
    PlainModel.Encoded encoded = plain.encode(tokens);
    assertClose(state, encoded.state(), "state of " + rows + " rows");
    for (int l = 0; l < config.layers(); l++) {
      for (int t = 0; t < rows; t++) {
        assertClose(row(config, block, l, 0, t), encoded.keys()[l][t], "keys");
        assertClose(row(config, block, l, 1, t), encoded.values()[l][t], "values");
      }
    }
    RequestContext context =
        new RequestContext(random.nextInt(2), random.nextInt(GapBuckets.COUNT));
    float[] outcomes = {random.nextFloat(), 0, random.nextFloat()};
    int offset = random.nextInt(TargetOffsets.COUNT);
    assertClose(
        model.queries(state, context, new float[][] {outcomes}, new int[] {offset}),
        plain.query(encoded.state(), context, outcomes, offset),
        "query");
    int[] candidates = TestModels.candidates(random, 9);
    int[] positions = random.ints(9, 0, PagePositions.COUNT).toArray();
    List<Double> expected = new ArrayList<>();
    for (double[] scores : plain.score(encoded, candidates, context, positions)) {
      for (double score : scores) {
        expected.add(score);
      }
    }
    assertClose(
        model.score(block, rows, candidates, context, positions),
        expected.stream().mapToDouble(d -> d).toArray(),
        "probabilities");
  }
}
