package io.unipin.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.benchmarks.rival.PlantedLog;
import io.unipin.benchmarks.rival.RivalTargets;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Part;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.model.features.PageOrder;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RivalRunsTest {
  private static final Duration BRIEF = Duration.ofSeconds(3);
  private static final FeedLog LOG = PlantedLog.of(1);
  private static final TrainConfig RECIPE =
      TrainConfig.defaults()
          .with("model.itemDim", "16")
          .with("model.width", "16")
          .with("model.heads", "2")
          .with("model.kvHeads", "2")
          .with("model.layers", "1")
          .with("model.maxHistory", "16")
          .with("training.batchActions", "100")
          .with("evaluation.holdout", "2");

  private static Evaluation ours;

  @TempDir Path work;

  /** Evaluates a model of ours that was not trained. */
  @BeforeAll
  static void evaluate(@TempDir Path folder) {
    ModelWriter.writeRandom(folder, RECIPE.modelConfig(LOG), 1);
    try (ServingModel model = ServingModel.load(folder, EngineOptions.cpu())) {
      ours =
          Evaluator.evaluate(
              LOG,
              RECIPE.evaluation().holdout(LOG),
              model,
              EvaluationOptions.test(EvaluationProgress.none()),
              new PageRule(PageRule.SERVED_CANDIDATES, PageOrder.ofPositives(model.config())));
    }
  }

  private RivalRuns runs(List<String> said) {
    return new RivalRuns(LOG, work, RECIPE, said::add);
  }

  private static Evaluation none() {
    throw new IllegalStateException("no evaluation expected");
  }

  @Test
  void run_plantedLog_comparesAllRivalsOnTheSameUsers() throws IOException {
    List<String> said = new ArrayList<>();
    JsonNode comparison = runs(said).run(1, () -> ours, BRIEF);
    for (String rival : List.of("sasrec_sampled", "sasrec_full", "hstu")) {
      JsonNode json = comparison.path("rivals").path(rival);
      double hr10 = json.path("hr10").asDouble();
      assertThat(json.at("/ours_minus_rival/hr10/difference").asDouble())
          .isCloseTo(ours.retrieval().model().hr(10) - hr10, within(1e-9));
      assertThat(json.path("epochs").asInt()).as(rival).isPositive();
      assertThat(json.path("minutes").asDouble()).as(rival).isPositive();
    }
    for (String rival : List.of("din", "counts")) {
      JsonNode json = comparison.path("rivals").path(rival);
      double auc = ours.ranking().auc("like");
      assertThat(json.at("/ours_minus_rival/auc/like/difference").asDouble())
          .isCloseTo(auc - json.at("/auc/like").asDouble(), within(1e-9));
      assertThat(json.at("/gauc_by_action/like").isNumber()).as(rival).isTrue();
    }
    JsonNode pair = comparison.path("pair");
    assertThat(pair.at("/ours_minus_pair/difference").asDouble())
        .isCloseTo(
            ours.retrieval().page().ndcg(10) - pair.path("page_ndcg10").asDouble(), within(1e-9));
    assertThat(pair.path("ranker").asText()).isIn("din", "counts");
  }

  @Test
  void run_afterAnInterruption_keepsWhatIsDone() throws IOException {
    JsonNode first = runs(new ArrayList<>()).run(1, () -> ours, BRIEF);
    List<String> said = new ArrayList<>();
    assertThat(runs(said).run(1, RivalRunsTest::none, BRIEF)).isEqualTo(first);

    Path seed = work.resolve("rivals/seed-1");
    Files.delete(seed.resolve("comparison.json"));
    assertThat(runs(said).run(1, () -> ours, BRIEF)).isEqualTo(first);
    assertThat(said).as("nothing was trained").isEmpty();

    Files.delete(seed.resolve("comparison.json"));
    Files.delete(seed.resolve("hstu/figures.json"));
    byte[] kept = Files.readAllBytes(seed.resolve("sasrec_full/figures.json"));
    JsonNode again = runs(said).run(1, () -> ours, BRIEF);
    assertThat(said).isNotEmpty().allMatch(line -> line.startsWith("hstu epoch"));
    assertThat(seed.resolve("sasrec_full/figures.json")).hasBinaryContent(kept);
    assertThat(again.at("/rivals/sasrec_full")).isEqualTo(first.at("/rivals/sasrec_full"));
    assertThat(again.at("/rivals/din")).isEqualTo(first.at("/rivals/din"));
  }

  @Test
  void of_testPart_hasTheTargetsOfAnEvaluation() {
    RivalTargets targets = RivalTargets.of(LOG, RECIPE.evaluation().holdout(LOG), Part.TEST);
    assertThat(targets.users()).isEqualTo(ours.retrieval().found());
    assertThat(targets.targets().stream().map(target -> target.item()).toList())
        .isEqualTo(ours.retrieval().answers().stream().map(answer -> answer.item()).toList());
  }
}
