package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.StepLoss;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.PreRankFiles;
import io.unipin.prerank.PreRankTables;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest extends TrainerFixture {
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
}
