package io.unipin.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.evaluate.study.GapStudy;
import io.unipin.evaluate.study.GapStudyResult;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.train.TestLogs;
import io.unipin.train.TrainProgress;
import io.unipin.train.Trainer;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests calibration on a simulated feed whose true probabilities are known. The model was trained
 * for one epoch.
 */
class CalibrationTest {
  @TempDir static Path folder;
  private static FeedLog log;
  private static Holdout holdout;
  private static Path model;
  private static Evaluation evaluation;

  @BeforeAll
  static void train() {
    log = FeedSimulator.simulate(SimulatorConfig.of(120, 100, 3));
    holdout = Holdout.leaveLast(log, 3);
    TrainConfig config =
        TrainConfig.defaults()
            .with(
                "model",
                "{itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 32,"
                    + " maxHistory: 40}")
            .with("training.epochs", "1");
    model = new Trainer(log, holdout, config, folder, TrainProgress.none()).run(false).model();
    try (ServingModel serving = ServingModel.load(model, EngineOptions.cpu())) {
      evaluation =
          Evaluator.evaluate(
              log, holdout, serving, EvaluationOptions.test(EvaluationProgress.none()));
    }
  }

  private static double sum(JsonNode classes, String figure) {
    return StreamSupport.stream(classes.spliterator(), false)
        .mapToDouble(row -> row.at(figure).asDouble() * row.get("impressions").asInt())
        .sum();
  }

  @Test
  void of_classes_makeUpTheWhole() {
    JsonNode json = Calibration.of(evaluation, "").toJson();
    ActionMetrics click = evaluation.ranking().actions().get(0);
    double impressions = evaluation.ranking().impressions();
    for (String input : List.of("gap", "surface", "position", "history")) {
      JsonNode classes = json.get(input).get("classes");
      assertThat(sum(classes, "/observed/click") / impressions)
          .as(input)
          .isCloseTo(click.baseRate(), within(1e-9));
      double distance = 0;
      for (JsonNode row : classes) {
        distance +=
            row.get("impressions").asInt()
                * Math.abs(
                    row.at("/predicted/click").asDouble() - row.at("/observed/click").asDouble());
      }
      assertThat(json.at("/" + input + "/error/click").asDouble())
          .isCloseTo(distance / impressions, within(1e-9));
      assertThat(classes.get(0).has("oracle")).isFalse();
    }
    assertThat(json.at("/surface/classes").findValuesAsText("class"))
        .containsExactly("home", "related");
    assertThat(json.at("/position/classes")).hasSize(10);
  }

  @Test
  void of_aClass_isWhatItsImpressionsSay() {
    JsonNode json = Calibration.of(evaluation, "click").toJson();
    Predictions predictions = evaluation.predictions();
    float[] shown = predictions.shownProbabilities(0);
    float[] first = predictions.probabilities(0);
    boolean[] labels = predictions.labels(0);
    double[] sums = new double[4];
    int place = 7;
    int at = 0;
    int count = 0;
    for (int size : predictions.sizes()) {
      sums[0] += shown[at + place];
      sums[1] += labels[at + place] ? 1 : 0;
      sums[2] += first[at + place];
      sums[3] += predictions.oracle()[at + place];
      count++;
      at += size;
    }
    JsonNode row = json.at("/position/classes/" + place);
    assertThat(row.get("impressions").asInt()).isEqualTo(count);
    String[] figures = {"/predicted/click", "/observed/click", "/predicted_first", "/oracle"};
    for (int f = 0; f < figures.length; f++) {
      assertThat(row.at(figures[f]).asDouble())
          .as(figures[f])
          .isCloseTo(sums[f] / count, within(1e-6));
    }
    assertThat(row.get("oracle").asDouble())
        .as("at a low place fewer look than would click")
        .isGreaterThan(2 * row.at("/observed/click").asDouble());
  }

  @Test
  void of_wrongOracle_isRefused() {
    assertThatThrownBy(() -> Calibration.of(evaluation, "buy"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("oracle: one of [click, save, hide] expected, got buy");
    FeedLog real = TestLogs.random(60, 30, 20, 3);
    assertThatThrownBy(() -> Calibration.checkOracle(real, "like", false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("oracle: a feed log with an oracle expected, got one without");
    assertThatThrownBy(() -> Calibration.checkOracle(log, "click", true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("evaluation.displayed=false expected");
  }

  @Test
  void toTable_namesGapsByTheirShortest() {
    assertThat(Calibration.of(evaluation, "").toTable())
        .contains("gap")
        .contains("from 31 s")
        .contains("home");
    assertThat(SlateInput.gap(GapBuckets.of(0, 90 * 86_400_000L))).isEqualTo("from 48.5 d");
    assertThat(SlateInput.gap(GapBuckets.UNKNOWN)).isEqualTo("unknown");
  }

  /**
   * Tests that the probabilities are plausible even for times since the last action that training
   * rarely met.
   */
  @Test
  void gapStudy_gapsThatNobodyHad_areAnsweredLikeTheNearest() {
    long day = 86_400;
    List<Long> asked = List.of(60L, 3600L, 7 * day, 30 * day, 365 * day, 3650 * day);
    GapStudyResult study;
    try (ServingModel serving = ServingModel.load(model, EngineOptions.cpu())) {
      study = GapStudy.run(log, holdout, serving, asked, "click");
    }
    JsonNode json = study.toJson();
    assertThat(json).hasSize(asked.size());
    for (JsonNode row : json) {
      assertThat(row.get("slates").asInt()).isBetween(GapStudy.LEAST, GapStudy.MOST);
      assertThat(row.get("predicted_first").asDouble())
          .as("%s", row)
          .isCloseTo(row.get("oracle").asDouble(), within(0.15));
    }
    assertThat(json.get(5).get("predicted_first")).isEqualTo(json.get(4).get("predicted_first"));
    assertThat(study.toTable()).contains("365.0 d").contains("click").contains("oracle");
  }
}
