package io.unipin.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.Evaluator;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Withheld;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WithheldTrainingTest {
  private static final int ITEMS = 30;

  @TempDir Path folder;

  private static TrainConfig config(double withheld) {
    return TrainConfig.defaults()
        .with(
            "model",
            "{itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 32, maxHistory:"
                + " 16}")
        .with("training.epochs", "1")
        .with("training.batchActions", "100")
        .with("evaluation.withheld", Double.toString(withheld));
  }

  /** Returns a log. Each of its items has one of two contents. */
  private static FeedLog log() {
    FeedLog random = TestLogs.random(60, ITEMS, 20, 11);
    List<CatalogueItem> items =
        IntStream.range(0, ITEMS)
            .mapToObj(
                row ->
                    new CatalogueItem(
                        random.catalogue().id(row),
                        "",
                        "",
                        0,
                        row % 2 == 0 ? new float[] {1, 0} : new float[] {0, 1}))
            .toList();
    return TestLogs.onCatalogue(random, Catalogue.of(items));
  }

  private TrainResult train(FeedLog log, TrainConfig config, Path work, boolean resume) {
    Holdout holdout = config.evaluation().holdout(log);
    return new Trainer(log, holdout, config, work, TrainProgress.none()).run(resume);
  }

  @Test
  void model_embedsWithheldItems_byContentAlone() {
    FeedLog log = log();
    TrainConfig config = config(0.4);
    Withheld withheld = config.evaluation().holdout(log).withheld();
    try (ServingModel model =
        ServingModel.load(train(log, config, folder, false).model(), EngineOptions.cpu())) {
      float[] vectors = model.itemVectors();
      Map<Integer, float[]> cold = new HashMap<>();
      Set<Float> warm = new HashSet<>();
      for (int item = 0; item < ITEMS; item++) {
        float[] vector = Arrays.copyOfRange(vectors, 8 * item, 8 * item + 8);
        if (withheld.contains(item)) {
          float[] first = cold.computeIfAbsent(item % 2, content -> vector);
          assertThat(vector).as("item %s", item).containsExactly(first, within(1e-6f));
        } else {
          warm.add(vector[0]);
        }
      }
      assertThat(withheld.size()).isEqualTo(12);
      assertThat(requireNonNull(cold.get(0))[0])
          .isNotCloseTo(requireNonNull(cold.get(1))[0], within(1e-3f));
      assertThat(warm).as("ids make a difference").hasSize(ITEMS - 12);
    }
  }

  @Test
  void validation_judgesNoWithheldItem() {
    FeedLog log = log();
    TrainConfig config = config(0.4);
    Holdout holdout = config.evaluation().holdout(log);
    try (ServingModel model =
        ServingModel.load(train(log, config, folder, false).model(), EngineOptions.cpu())) {
      Evaluation evaluation =
          Evaluator.evaluate(
              log, holdout, model, EvaluationOptions.validation(Integer.MAX_VALUE, 0));
      assertThat(IntStream.of(evaluation.predictions().items()).boxed())
          .isNotEmpty()
          .noneMatch(item -> holdout.withheld().contains(item));
      assertThat(evaluation.retrieval().answers())
          .isNotEmpty()
          .noneMatch(answer -> holdout.withheld().contains(answer.item()));
    }
  }

  @Test
  void resume_otherWithheldItems_isRefused() {
    FeedLog log = log();
    train(log, config(0), folder, false);
    assertThatThrownBy(() -> train(log, config(0.1), folder, true))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("another recipe (evaluation.withheld 0.0 then, 0.1 now)");
    train(log, config(0.1), folder, false);
    TrainConfig otherSeed = config(0.1).with("evaluation.withheldSeed", "3");
    assertThatThrownBy(() -> train(log, otherSeed, folder, true))
        .hasMessageContaining("evaluation.withheldSeed 0 then, 3 now");
    assertThatCode(() -> train(log, config(0.1), folder, true)).doesNotThrowAnyException();
  }

  @Test
  void resume_checkpointOfAVersionWithoutTheSetting_withheldNothing() throws IOException {
    FeedLog log = log();
    train(log, config(0), folder, false);
    Path file = folder.resolve("checkpoint/state.json");
    ObjectNode state = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    ((ObjectNode) state.at("/origin/recipe"))
        .remove(List.of("evaluation.withheld", "evaluation.withheldSeed"));
    new ObjectMapper().writeValue(file.toFile(), state);
    assertThatThrownBy(() -> train(log, config(0.1), folder, true))
        .hasMessageContaining("evaluation.withheld 0.0 then, 0.1 now");
    assertThatCode(() -> train(log, config(0), folder, true)).doesNotThrowAnyException();
  }

  @Test
  void warmStart_fromAModelThatLearnedTheItems_isRefused() throws IOException {
    FeedLog log = log();
    Path earlier = train(log, config(0), folder.resolve("a"), false).model();
    assertWarmStart(log, earlier, config(0.1))
        .hasMessage(
            "warm start: an earlier model with withheld 0.1 (seed 0) expected, got one with nothing"
                + " withheld, which may have learned the items that are withheld now");
    assertThatThrownBy(() -> RecipeCheck.requireContinues(config(0.1), TestLogs.SCHEMA, earlier))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("withheld 0.1 (seed 0) expected");

    Path same = train(log, config(0.1), folder.resolve("b"), false).model();
    assertThatCode(() -> warm(log, same, config(0.1))).doesNotThrowAnyException();
    assertThatCode(() -> warm(log, same, config(0))).doesNotThrowAnyException();
    assertWarmStart(log, same, config(0.2)).hasMessageContaining("got one with withheld 0.1");
    Files.delete(earlier.resolve("recipe.yaml"));
    assertWarmStart(log, earlier, config(0.1)).hasMessageContaining("got one with nothing");
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertWarmStart(
      FeedLog log, Path earlier, TrainConfig config) {
    return assertThatThrownBy(() -> warm(log, earlier, config)).isInstanceOf(TrainException.class);
  }

  private void warm(FeedLog log, Path earlier, TrainConfig config) {
    Holdout holdout = config.evaluation().holdout(log);
    new Trainer(log, holdout, config, folder.resolve("c"), TrainProgress.none())
        .run(false, new WarmStart(earlier, log.catalogue()));
  }
}
