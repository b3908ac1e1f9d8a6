package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.ActionMetrics;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.RankingMetrics;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineDevice;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.StepLoss;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.ModelException;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.PreRankFiles;
import io.unipin.prerank.PreRankTables;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {
  private static final int ITEMS = 40;
  private static final long SEED = 9;

  @TempDir Path folder;

  /**
   * Returns a log whose users act on the items in order, again and again. They like all items, and
   * also hide items with odd rows. So a model can predict the next item and action with certainty.
   */
  private static FeedLog walks(int users) {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    Random random = new Random(SEED);
    for (int u = 0; u < users; u++) {
      builder.user("u" + u);
      int item = random.nextInt(ITEMS);
      long time = 1_000_000;
      for (int i = 0; i < 12; i++) {
        time += 60_000;
        builder.view(0, time);
        builder.impression(item, item % 2 == 0 ? TestLogs.LIKE : TestLogs.LIKE | TestLogs.HIDE);
        builder.action(
            item, item % 2 == 0 ? TestLogs.LIKE : TestLogs.LIKE | TestLogs.HIDE, 0, time);
        item = (item + 1) % ITEMS;
      }
    }
    return builder.build();
  }

  private static TrainConfig config(int epochs) {
    return TrainConfig.defaults()
        .with(
            "model",
            "{itemDim: 16, width: 32, layers: 1, heads: 2, kvHeads: 1, feedForward: 64, maxHistory:"
                + " 12}")
        .with("training.epochs", Integer.toString(epochs))
        .with("training.batchActions", "160")
        .with("training.dropout", "0.1")
        .with("training.learningRate", "0.005")
        .with("training.warmupSteps", "10")
        .with("training.patience", "100");
  }

  private Trainer trainer(FeedLog log, TrainConfig config, Path work, List<StepLoss> losses) {
    return new Trainer(
        log, Holdout.leaveLast(log, 1), config, work, recorder(losses, Long.MAX_VALUE));
  }

  private static TrainProgress recorder(List<StepLoss> losses, long killAt) {
    return step -> {
      losses.add(step.loss());
      if (step.step() == killAt) {
        throw new IllegalStateException("killed");
      }
    };
  }

  @Test
  void run_predictableWalks_findsTheNextItemAndItsAction() {
    FeedLog log = walks(80);
    Holdout holdout = Holdout.leaveLast(log, 1);
    TrainResult result = trainer(log, config(12), folder, new ArrayList<>()).run(false);
    FittedPageOrder order = FittedPageOrder.read(result.model()).orElseThrow();
    assertThat(order.targets()).isEqualTo(80);
    assertThat(order.pageNdcg10()).isGreaterThanOrEqualTo(order.retrievalNdcg10());
    PreRankFiles preRank = PreRankFiles.read(result.model(), log.catalogue().size()).orElseThrow();
    FeedSchema schema = log.schema();
    CountTables counts =
        CountedRanking.find(result.model(), schema.actions(), schema.surfaces(), log.catalogue())
            .map(CountedRanking::tables)
            .orElse(null);
    FittedPreRank weights = preRank.rule(log.catalogue(), counts).orElseThrow().fitted();
    assertThat(weights.targets()).isEqualTo(80);
    assertThat(weights.keptByWeights()).isGreaterThanOrEqualTo(weights.keptByRetrieval());
    try (ServingModel model = ServingModel.load(result.model(), EngineOptions.cpu())) {
      Evaluation evaluation =
          Evaluator.evaluate(
              log,
              holdout,
              model,
              EvaluationOptions.test(EvaluationProgress.none()),
              new PageRule(20, order.order(log.schema().actions())));
      assertThat(evaluation.retrieval().model().hr(1)).isGreaterThan(0.9);
      assertThat(evaluation.retrieval().page().hr(1)).isGreaterThan(0.9);
      assertThat(evaluation.retrieval().popularity().hr(1)).isLessThan(0.3);
      ActionMetrics hide = evaluation.ranking().actions().get(1);
      assertThat(hide.model().auc()).isGreaterThan(0.95);
    }
  }

  @ParameterizedTest
  @CsvSource({"retrieval, true", "ranking, false", "joint, false"})
  void run_fewUsersOrOneTask_ordersPagesByWhatWasTrained(String task, boolean byRetrieval) {
    FeedLog log = walks(20);
    TrainConfig config = config(1).with("training.task", task);
    Path model = trainer(log, config, folder, new ArrayList<>()).run(false).model();
    assertThat(FittedPageOrder.read(model))
        .isEqualTo(
            byRetrieval
                ? Optional.of(FittedPageOrder.ofRetrieval(log.schema().actions()))
                : Optional.empty());
    assertThat(PreRankTables.read(model).isPresent()).isEqualTo(!task.equals("ranking"));
    assertThat(FittedPreRank.read(model)).as("of 20 targets").isEmpty();
  }

  /**
   * Returns a log in which an item's rate of likes depends on the item alone. Users meet few items,
   * so a model that has learned little gains from counts.
   */
  private static FeedLog rates(int users) {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    Random random = new Random(SEED);
    for (int u = 0; u < users; u++) {
      builder.user("u" + u);
      for (int i = 0; i < 12; i++) {
        long time = 1_000_000 + 60_000L * i;
        int item = random.nextInt(ITEMS);
        boolean likes = random.nextInt(ITEMS) < item;
        builder.view(0, time).impression(item, likes ? TestLogs.LIKE : 0);
        builder.action(item, likes ? TestLogs.LIKE : TestLogs.HIDE, 0, time);
      }
    }
    return builder.build();
  }

  @Test
  void run_logWithImpressions_givesTheModelCounts() {
    FeedLog log = rates(150);
    Holdout holdout = Holdout.leaveLast(log, 1);
    Path path = trainer(log, config(1), folder, new ArrayList<>()).run(false).model();
    CountedRanking counted =
        CountedRanking.find(
                path, TestLogs.SCHEMA.actions(), TestLogs.SCHEMA.surfaces(), log.catalogue())
            .orElseThrow();
    assertThat(counted.tables().generation())
        .isEqualTo(CountBuilder.count(log, holdout).generation());
    assertThat(counted.weights().of("like").weights().get("item.all.like")).isPositive();
    try (ServingModel model = ServingModel.load(path, EngineOptions.cpu())) {
      EvaluationOptions options = EvaluationOptions.test(EvaluationProgress.none());
      RankingMetrics ranking =
          Evaluator.evaluate(log, holdout, model, options, PageRule.NONE, counted).ranking();
      assertThat(ranking.counted().get(0).with().auc())
          .isGreaterThan(ranking.counted().get(0).without().auc())
          .isGreaterThan(0.7);
    }
  }

  @ParameterizedTest
  @CsvSource({"training.counts, none", "training.task, retrieval"})
  void run_withoutCounts_leavesThemOut(String setting, String value) throws IOException {
    FeedLog log = rates(40);
    Path counts = folder.resolve("model").resolve(CountedRanking.FOLDER);
    Files.createDirectories(counts);
    Path model =
        trainer(log, config(1).with(setting, value), folder, new ArrayList<>()).run(false).model();
    assertThat(model.resolve(CountedRanking.FOLDER)).doesNotExist();
    assertThat(
            CountedRanking.find(
                model, TestLogs.SCHEMA.actions(), TestLogs.SCHEMA.surfaces(), log.catalogue()))
        .isEmpty();
  }

  @Test
  void run_killedAndResumed_equalsUninterrupted() throws IOException {
    FeedLog log = walks(40);
    TrainConfig config = config(3).with("training.checkpointSeconds", "1");
    Path whole = folder.resolve("whole");
    trainer(log, config, whole, new ArrayList<>()).run(false);

    Path broken = folder.resolve("broken");
    for (long killAt : new long[] {2, 5, 9}) {
      Trainer dying =
          new Trainer(
              log, Holdout.leaveLast(log, 1), config, broken, recorder(new ArrayList<>(), killAt));
      assertThatThrownBy(() -> dying.run(true)).hasMessage("killed");
    }
    trainer(log, config, broken, new ArrayList<>()).run(true);
    for (String file :
        new String[] {"config.json", "weights.safetensors", "items.safetensors", "recipe.yaml"}) {
      assertThat(Files.readAllBytes(broken.resolve("model").resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(whole.resolve("model").resolve(file)));
    }
  }

  /** The time limit is reached in the first epoch, and the process is killed before its end. */
  @Test
  void run_resumedAfterItsTimeLimit_validatesTheUnfinishedEpoch() {
    FeedLog log = walks(40);
    TrainConfig config = config(3).with("training.checkpointSeconds", "1");
    TrainProgress slow =
        step -> {
          sleep(Duration.ofMillis(1100)); // longer than the time between two checkpoints
          if (step.step() == 2) {
            throw new IllegalStateException("killed");
          }
        };
    Holdout holdout = Holdout.leaveLast(log, 1);
    assertThatThrownBy(() -> new Trainer(log, holdout, config, folder, slow).run(true))
        .hasMessage("killed");
    TrainProgress limited =
        new TrainProgress() {
          @Override
          public void step(TrainStep step) {
            throw new AssertionError("a step after the limit");
          }

          @Override
          public double mostSeconds() {
            return 0.5;
          }
        };
    TrainResult result = new Trainer(log, holdout, config, folder, limited).run(true);
    assertThat(result.model().resolve("config.json")).exists();
    assertThat(result.steps()).isPositive();
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("try") // the lock is only held
  @Test
  void run_folderOfARunningTraining_isRefused() throws IOException {
    FeedLog log = walks(20);
    try (WorkLock held = WorkLock.of(folder)) {
      assertThatThrownBy(() -> trainer(log, config(1), folder, new ArrayList<>()).run(true))
          .isInstanceOf(TrainException.class)
          .hasMessageStartingWith("a work folder without a running training expected, got");
    }
    assertThat(trainer(log, config(1), folder, new ArrayList<>()).run(true).steps()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "{}, origin",
    "best: null, best",
    "batch: -1, batch",
    "epoch: -5, epoch",
    "step: -9, step"
  })
  void run_brokenCheckpoint_isRefused(String change, String field) throws IOException {
    FeedLog log = walks(20);
    Trainer dying =
        new Trainer(
            log,
            Holdout.leaveLast(log, 1),
            config(2),
            folder,
            bestEpochs(new ArrayList<>(), 1),
            EngineDevice.CPU,
            new ScriptedValidator(0.1, 0.2));
    assertThatThrownBy(() -> dying.run(true)).hasMessage("killed");
    Path state = folder.resolve("checkpoint").resolve("state.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode tree = (ObjectNode) json.readTree(state.toFile());
    if (change.equals("{}")) {
      tree.remove(field);
    } else {
      tree.set(field, json.readTree(change.substring(change.indexOf(' ') + 1)));
    }
    json.writeValue(state.toFile(), tree);
    assertThatThrownBy(() -> trainer(log, config(2), folder, new ArrayList<>()).run(true))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("a checkpoint with origin, best, and numbers");
  }

  /** A validator that returns the given results, one per epoch. */
  private static final class ScriptedValidator implements Validator {
    private final Iterator<Double> ndcgs;

    ScriptedValidator(Double... ndcgs) {
      this.ndcgs = List.of(ndcgs).iterator();
    }

    @Override
    public Validation validate(ServingModel model) {
      return new Validation(ndcgs.next(), Double.NaN);
    }

    @Override
    public void calibrate(Path model) {}
  }

  private static TrainProgress bestEpochs(List<Integer> found, int killAfter) {
    return new TrainProgress() {
      private int validated;

      @Override
      public void step(TrainStep step) {
        if (validated == killAfter) {
          throw new IllegalStateException("killed");
        }
      }

      @Override
      public void validated(int epoch, Validation validation, boolean best) {
        validated = epoch;
        if (best) {
          found.add(epoch);
        }
      }
    };
  }

  @Test
  void run_laterModelAsGoodWithinNoise_isTheBest() {
    FeedLog log = walks(10);
    Holdout holdout = Holdout.leaveLast(log, 1);
    List<Integer> best = new ArrayList<>();
    Trainer dying =
        new Trainer(
            log,
            holdout,
            config(4),
            folder,
            bestEpochs(best, 3),
            EngineDevice.CPU,
            new ScriptedValidator(0.1, 0.2, 0.197));
    assertThatThrownBy(() -> dying.run(true)).hasMessage("killed");
    TrainResult result =
        new Trainer(
                log,
                holdout,
                config(4),
                folder,
                bestEpochs(best, Integer.MAX_VALUE),
                EngineDevice.CPU,
                new ScriptedValidator(0.195))
            .run(true);
    assertThat(best).as("0.195 is within 2 % of 0.197, but not of 0.2").containsExactly(1, 2, 3);
    assertThat(result.best().ndcg10()).isEqualTo(0.197);
  }

  @Test
  void run_warmStartOnAGrownCatalogue_knowsWhatTheEarlierModelKnew() {
    FeedLog log = walks(80);
    Path earlier =
        trainer(log, config(12), folder.resolve("a"), new ArrayList<>()).run(false).model();
    // The catalogue grows, and every item moves to another row.
    List<CatalogueItem> items = new ArrayList<>(List.of(item(900), item(901)));
    for (int row = ITEMS - 1; row >= 0; row--) {
      items.add(item(log.catalogue().id(row)));
    }
    Catalogue grown = Catalogue.of(items);
    FeedLog newer = TestLogs.onCatalogue(log, grown);
    List<StepLoss> cold = new ArrayList<>();
    trainer(newer, config(1), folder.resolve("b"), cold).run(false);
    List<StepLoss> warm = new ArrayList<>();
    trainer(newer, config(1), folder.resolve("c"), warm)
        .run(false, new WarmStart(earlier, log.catalogue()));
    assertThat(cold.get(0).item()).isGreaterThan(3);
    assertThat(warm.get(0).item()).isLessThan(1.5f);
  }

  @ParameterizedTest
  @CsvSource({"retrieval, NaN", "ranking, 1"})
  void run_oneTask_isJudgedByThatAlone(String task, double auc) {
    FeedLog log = walks(40);
    List<StepLoss> losses = new ArrayList<>();
    TrainConfig config = config(6).with("training.task", task);
    Validation best = trainer(log, config, folder, losses).run(false).best();
    assertThat(losses).allMatch(loss -> (loss.item() == 0) == task.equals("ranking"));
    assertThat(losses).allMatch(loss -> (loss.hidden() == 0) == task.equals("retrieval"));
    assertThat(best.auc()).isCloseTo(auc, within(0.1));
    assertThat(Double.isNaN(best.ndcg10())).isEqualTo(task.equals("ranking"));
  }

  @Test
  void run_warmStartFromAnotherShape_isRefused() {
    FeedLog log = walks(10);
    Path earlier =
        trainer(log, config(1), folder.resolve("a"), new ArrayList<>()).run(false).model();
    TrainConfig wider = config(1).with("model.width", "64");
    assertThatThrownBy(
            () ->
                trainer(log, wider, folder.resolve("b"), new ArrayList<>())
                    .run(false, new WarmStart(earlier, log.catalogue())))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("warm start: the shape of the earlier model expected")
        .hasMessageContaining("width 32")
        .hasMessageContaining("width 64");
  }

  private static CatalogueItem item(long id) {
    return new CatalogueItem(id, "item " + id, "", 0, new float[0]);
  }

  @Test
  void run_sampledSoftmax_learnsToo() {
    FeedLog log = walks(80);
    TrainConfig config = config(12).with("training.negatives", "20");
    TrainResult result = trainer(log, config, folder, new ArrayList<>()).run(false);
    assertThat(result.best().ndcg10()).isGreaterThan(0.8);
  }

  @Test
  void run_absurdLearningRate_stopsWithOneClearLine() {
    FeedLog log = walks(40);
    TrainConfig config =
        config(20).with("training.learningRate", "1e30").with("training.clip", "1e30");
    assertThatThrownBy(() -> trainer(log, config, folder, new ArrayList<>()).run(false))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("the loss is no number at step")
        .hasMessageContaining("learningRate");
  }

  @Test
  void run_usersWithoutActions_trainToo() {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    for (int u = 0; u < 40; u++) {
      builder.user("u" + u).view(0, 1_000_000L);
      for (int item = 0; item < 6; item++) {
        builder.impression(item, item == 0 ? TestLogs.LIKE : 0);
      }
    }
    List<StepLoss> losses = new ArrayList<>();
    trainer(builder.build(), config(30), folder, losses).run(false);
    assertThat(losses.get(losses.size() - 1).slate())
        .isPositive()
        .isLessThan(0.5f * losses.get(0).slate());
  }

  @Test
  void run_nothingInTheTrainingPart_isRefused() {
    FeedLog log = walks(10);
    TrainConfig config =
        config(1)
            .with("evaluation.protocol", "time-split")
            .with(
                "evaluation",
                "{validationFrom: '1969-01-01T00:00:00Z', testFrom: '1969-01-02T00:00:00Z'}");
    Trainer trainer =
        new Trainer(log, config.evaluation().holdout(log), config, folder, TrainProgress.none());
    assertThatThrownBy(() -> trainer.run(false))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("nothing to train on: of 120 actions and 120 feedviews")
        .hasMessageContaining("validationFrom=1969-01-01T00:00:00Z");
  }

  @Test
  void run_startedAnew_leavesNoCheckpointOfAnEarlierRun() {
    FeedLog log = walks(10);
    trainer(log, config(1), folder, new ArrayList<>()).run(false);
    assertThat(folder.resolve("checkpoint")).isDirectory();
    Trainer dying =
        new Trainer(
            log, Holdout.leaveLast(log, 1), config(1), folder, recorder(new ArrayList<>(), 1));
    assertThatThrownBy(() -> dying.run(false)).hasMessage("killed");
    assertThat(folder.resolve("checkpoint")).doesNotExist();
  }

  @Test
  void run_otherRecipe_doesNotResume() {
    FeedLog log = walks(10);
    trainer(log, config(1), folder, new ArrayList<>()).run(false);
    assertThatThrownBy(() -> trainer(log, config(2), folder, new ArrayList<>()).run(true))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("another recipe");
  }
}
