package io.unipin.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.Predictions;
import io.unipin.evaluate.RetrievalMetrics.Answer;
import io.unipin.evaluate.page.PageRule;
import io.unipin.evaluate.slices.Slices;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingCounts;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares four models that were not trained: two seeds of each side. */
class ColdComparisonTest {
  private static final int ITEMS = 60;
  private static final int USERS = 200;
  private static final long LIKE = 1;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final FeedLog LOG = log();
  private static final TrainConfig RECIPE =
      TrainConfig.defaults()
          .with("model.itemDim", "16")
          .with("model.width", "16")
          .with("model.heads", "2")
          .with("model.kvHeads", "2")
          .with("model.layers", "1")
          .with("model.maxHistory", "16")
          .with("evaluation.withheld", "0.3");
  private static final Holdout HOLDOUT = RECIPE.evaluation().holdout(LOG);

  private static final List<Evaluation> EVALUATIONS = new ArrayList<>();

  /** Returns a log in which users like and skip random items of three kinds. */
  private static FeedLog log() {
    Random random = new Random(3);
    List<CatalogueItem> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      float[] content = {i % 3 == 0 ? 1 : 0, i % 3 == 1 ? 1 : 0, random.nextFloat()};
      items.add(new CatalogueItem(100L + i, "item " + i, "", 0, content));
    }
    FeedSchema schema = new FeedSchema(List.of("like", "skip"), List.of("like"), List.of("home"));
    FeedLogBuilder builder = new FeedLogBuilder(schema, Catalogue.of(items));
    for (int user = 0; user < USERS; user++) {
      builder.user("u" + user);
      List<Integer> order = new ArrayList<>(IntStream.range(0, ITEMS).boxed().toList());
      Collections.shuffle(order, random);
      long time = 1_000_000_000L + random.nextInt(1_000_000);
      for (int step = 0; step < 8; step++) {
        time += 60_000;
        long bits = random.nextInt(3) == 0 ? 2 : LIKE;
        builder.view(0, time);
        builder.impression(order.get(step), bits);
        builder.action(order.get(step), bits, 0, time + 1);
      }
    }
    return builder.build();
  }

  @BeforeAll
  static void evaluate(@TempDir Path folder) {
    for (int seed = 0; seed < 4; seed++) {
      Path model = folder.resolve("model" + seed);
      ModelWriter.writeRandom(model, RECIPE.modelConfig(LOG), seed);
      try (ServingModel loaded = ServingModel.load(model, EngineOptions.cpu())) {
        EVALUATIONS.add(evaluate(loaded, HOLDOUT));
      }
    }
  }

  private static Evaluation evaluate(ServingModel model, Holdout holdout) {
    return Evaluator.evaluate(
        LOG, holdout, model, EvaluationOptions.test(EvaluationProgress.none()), PageRule.NONE);
  }

  private static ColdSeed seed(int number) {
    return ColdSeed.of(EVALUATIONS.get(number), LOG, HOLDOUT, "like");
  }

  private static ObjectNode compared() {
    return ColdComparison.of(List.of(seed(0), seed(1)), List.of(seed(2), seed(3)));
  }

  /** Returns the mean of a figure of the slices over two models. */
  private static double sliced(String pointer, int... models) {
    return IntStream.of(models)
        .mapToDouble(
            model ->
                Slices.of(EVALUATIONS.get(model), LOG, HOLDOUT).toJson().at(pointer).asDouble())
        .average()
        .orElseThrow();
  }

  @Test
  void of_twoSides_hasTheFiguresOfTheSlices() {
    JsonNode json = compared();
    for (String name : List.of("cold", "warm")) {
      String slice = "/withheld/" + name;
      assertThat(json.at("/targets/" + name).asInt()).isGreaterThan(20);
      assertThat(json.at("/targets/" + name).asDouble()).isEqualTo(sliced(slice + "/targets", 0));
      for (String figure : List.of("/hr10", "/ndcg10")) {
        assertThat(json.at("/own/" + name + figure + "/mean").asDouble())
            .isCloseTo(sliced(slice + figure, 0, 1), within(1e-12));
        assertThat(json.at("/changed/" + name + figure + "/mean").asDouble())
            .isCloseTo(sliced(slice + figure, 2, 3), within(1e-12));
      }
      assertThat(json.at("/baselines/content_neighbours/" + name + "/hr10").asDouble())
          .isCloseTo(sliced(slice + "/content_hr10", 0), within(1e-12));
      assertThat(json.at("/baselines/popularity/" + name + "/ndcg10").asDouble())
          .isCloseTo(sliced(slice + "/popularity_ndcg10", 0), within(1e-12));
      assertThat(json.at("/changed_over_own/" + name + "_hr10/difference").asDouble())
          .isCloseTo(sliced(slice + "/hr10", 2, 3) - sliced(slice + "/hr10", 0, 1), within(1e-12));
    }
    assertThat(json.at("/targets/all").asInt())
        .isEqualTo(EVALUATIONS.get(0).retrieval().model().users());
    JsonNode overContent = json.at("/cold_hr10_over_content/changed");
    assertThat(overContent.path("difference").asDouble())
        .isCloseTo(
            sliced("/withheld/cold/hr10", 2, 3) - sliced("/withheld/cold/content_hr10", 2),
            within(1e-12));
    assertThat(overContent.path("lower").asDouble())
        .isLessThan(overContent.path("difference").asDouble());
    assertThat(json.at("/cold_impressions").asDouble())
        .isEqualTo(sliced("/withheld/cold/impressions", 0));
    assertThat(json.at("/changed/cold_auc/mean").asDouble())
        .isCloseTo(sliced("/withheld/cold/auc/like", 2, 3), within(1e-12));
    JsonNode gain = json.at("/changed_over_own/cold_auc");
    assertThat(gain.path("difference").asDouble())
        .isCloseTo(
            sliced("/withheld/cold/auc/like", 2, 3) - sliced("/withheld/cold/auc/like", 0, 1),
            within(1e-12));
    assertThat(gain.path("lower").asDouble()).isLessThan(gain.path("difference").asDouble());
    assertThat(gain.path("upper").asDouble()).isGreaterThan(gain.path("difference").asDouble());
  }

  @Test
  void of_bounds_areOneSpreadFromTheOwnRecipe() {
    JsonNode json = compared();
    JsonNode warm = json.at("/own/warm/hr10");
    assertThat(json.at("/bounds/warm_hr10").asDouble())
        .isCloseTo(warm.path("mean").asDouble() - warm.path("spread").asDouble(), within(1e-12));
    JsonNode entropy = json.at("/own/ne");
    assertThat(json.at("/bounds/ne").asDouble())
        .isCloseTo(
            entropy.path("mean").asDouble() + entropy.path("spread").asDouble(), within(1e-12));
    assertThat(json.at("/own/auc/mean").asDouble())
        .isCloseTo(
            (EVALUATIONS.get(0).ranking().auc("like") + EVALUATIONS.get(1).ranking().auc("like"))
                / 2,
            within(1e-12));
  }

  @Test
  void scoreGap_isThatOfMeanPredictionsOfEqualLabels() {
    double[] gaps = {0, 0};
    for (int model : new int[] {2, 3}) {
      Predictions predictions = EVALUATIONS.get(model).predictions();
      float[] shown = predictions.shownProbabilities(0);
      double[] sums = new double[4];
      int[] counts = new int[4];
      for (int i = 0; i < shown.length; i++) {
        int label = predictions.labels(0)[i] ? 0 : 2;
        int at = label + (HOLDOUT.withheld().contains(predictions.items()[i]) ? 1 : 0);
        sums[at] += shown[i];
        counts[at]++;
      }
      for (int label = 0; label < 2; label++) {
        double warm = sums[2 * label] / counts[2 * label];
        gaps[label] += (warm - sums[2 * label + 1] / counts[2 * label + 1]) / warm / 2;
      }
    }
    JsonNode gap = compared().at("/changed/score_gap");
    assertThat(gap.at("/positives/mean").asDouble()).isCloseTo(gaps[0], within(1e-9));
    assertThat(gap.at("/negatives/mean").asDouble()).isCloseTo(gaps[1], within(1e-9));
    assertThat(gap.at("/largest/mean").asDouble())
        .isGreaterThanOrEqualTo(Math.max(Math.abs(gaps[0]), Math.abs(gaps[1])) - 1e-9);
  }

  @Test
  void of_withoutTheOwnRecipe_comparesWithBaselinesAlone() {
    JsonNode json = ColdComparison.of(List.of(), List.of(seed(2)));
    assertThat(json.has("own")).isFalse();
    assertThat(json.has("changed_over_own")).isFalse();
    assertThat(json.at("/changed/cold/hr10/mean").isNumber()).isTrue();
    assertThat(json.at("/changed/cold/hr10/spread").isNull()).isTrue();
  }

  @Test
  void of_logSplitByTime_itemsWithoutTrainingActionsAreCold(@TempDir Path folder) {
    Holdout latest = Holdout.latest(LOG, 0.05, 0.4);
    ModelWriter.writeRandom(folder, RECIPE.modelConfig(LOG), 1);
    try (ServingModel model = ServingModel.load(folder, EngineOptions.cpu())) {
      Evaluation evaluation = evaluate(model, latest);
      boolean[] cold = ColdSeed.of(evaluation, LOG, latest, "like").targets().cold();
      int[] positives = TrainingCounts.of(LOG, latest).positives();
      List<Answer> answers = evaluation.retrieval().answers();
      assertThat(cold).hasSize(answers.size());
      for (int t = 0; t < cold.length; t++) {
        assertThat(cold[t]).isEqualTo(positives[answers.get(t).item()] == 0);
      }
    }
  }

  @Test
  void of_seedsWithOtherTargets_isRefused() {
    Holdout other = RECIPE.with("evaluation.withheldSeed", "7").evaluation().holdout(LOG);
    ColdSeed seed = ColdSeed.of(EVALUATIONS.get(0), LOG, other, "like");
    assertThatThrownBy(() -> ColdComparison.of(List.of(seed), List.of(seed(2))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the same targets and impressions expected");
  }

  @Test
  void seed_writtenAndRead_comparesEqually() throws IOException {
    List<ColdSeed> own = new ArrayList<>();
    List<ColdSeed> changed = new ArrayList<>();
    for (int number = 0; number < 4; number++) {
      String written = JSON.writeValueAsString(seed(number));
      (number < 2 ? own : changed).add(JSON.readValue(written, ColdSeed.class));
    }
    assertThat(ColdComparison.of(own, changed)).isEqualTo(compared());
  }

  @Test
  void headlines_ofAllStudies_haveTheAgreedKeys() {
    ObjectNode cold = JsonNodeFactory.instance.objectNode();
    ColdItems.names().forEach(name -> cold.set(name, compared()));
    Map<String, Object> headlines = ColdItems.headlines(cold);
    assertThat(headlines.keySet())
        .containsExactly("cold_hr10", "cold_auc_gain", "score_gap", "by_time");
    JsonNode json = JSON.valueToTree(headlines);
    assertThat(json.at("/cold_hr10/beauty/lower").isNumber()).isTrue();
    assertThat(json.at("/cold_hr10/simulator/lower").isNumber()).isTrue();
    assertThat(json.at("/cold_hr10").has("beauty-by-time")).isFalse();
    assertThat(json.at("/cold_auc_gain/difference").isNumber()).isTrue();
    assertThat(json.at("/score_gap").isNumber()).isTrue();
    JsonNode byTime = json.at("/by_time");
    assertThat(byTime.at("/least").asDouble())
        .isCloseTo(
            byTime.at("/content_popularity_hr10").asDouble()
                + 2 * byTime.at("/hr10/spread").asDouble(),
            within(1e-12));
    assertThat(ColdItems.headlines(JsonNodeFactory.instance.objectNode())).isEmpty();
  }
}
