package io.unipin.evaluate;

import static io.unipin.train.TestLogs.HIDE;
import static io.unipin.train.TestLogs.LIKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountInputs;
import io.unipin.counts.CountQuery;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.model.features.PageOrder;
import io.unipin.train.NaiveEvaluation;
import io.unipin.train.TestLogs;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluatorTest {
  private static final int ITEMS = 50;
  private static final PageOrder MIXED = PageOrder.of(0.4f, new float[] {0.7f, -0.3f});
  private static ServingModel model;

  @BeforeAll
  static void load(@TempDir Path directory) {
    ModelWriter.writeRandom(directory, TestLogs.smallModel(ITEMS), 7);
    model = ServingModel.load(directory, EngineOptions.cpu());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @ParameterizedTest
  @CsvSource({"VALIDATION, 0", "TEST, 0", "VALIDATION, 0.3", "TEST, 0.3"})
  void evaluate_randomLog_equalsTheNaiveWay(Part part, double withheld) {
    FeedLog log = TestLogs.random(90, ITEMS, 40, 1);
    Holdout holdout = Holdout.leaveLast(log, 3).withholding(withheld, 0);
    NaiveEvaluation naive = new NaiveEvaluation(log, holdout, model, part);
    PageOrder order = PageOrder.of(NaiveEvaluation.SIMILARITY, NaiveEvaluation.weights());
    PageRule page = new PageRule(NaiveEvaluation.CANDIDATES, order);
    Evaluation evaluation = Evaluator.evaluate(log, holdout, model, options(part, 2), page);

    assertThat(naive.ranks).hasSizeGreaterThan(10);
    assertThat(naive.pageRanks).isNotEqualTo(naive.ranks);
    assertRanks(evaluation.retrieval().page(), naive.pageRanks);
    assertThat(evaluation.retrieval().candidates())
        .as("kept to fit weights")
        .hasSize(part == Part.TEST ? 0 : naive.ranks.size());
    assertThat(evaluation.retrieval().repeats()).isEqualTo(naive.repeats).isPositive();
    assertThat(evaluation.retrieval().targetless()).isEqualTo(naive.targetless).isPositive();
    assertRanks(evaluation.retrieval().model(), naive.ranks);
    assertRanks(evaluation.retrieval().popularity(), naive.popularityRanks);

    float[] likes = evaluation.predictions().probabilities(0);
    boolean[] liked = evaluation.predictions().labels(0);
    assertThat(likes).hasSameSizeAs(naive.likes).hasSizeGreaterThan(part == Part.TEST ? 100 : 5);
    for (int i = 0; i < likes.length; i++) {
      assertThat(likes[i]).isCloseTo(naive.likes.get(i), within(1e-5f));
      assertThat(liked[i]).isEqualTo(naive.liked.get(i));
    }
    assertThat(evaluation.ranking().actions().get(0).model().auc())
        .isCloseTo(BinaryMetrics.auc(likes, liked), within(1e-12));
  }

  @Test
  void evaluate_pageInTheOrderOfRetrieval_hasItsRanks() {
    FeedLog log = TestLogs.random(60, ITEMS, 30, 3);
    Evaluation evaluation =
        Evaluator.evaluate(
            log,
            Holdout.leaveLast(log, 1),
            model,
            options(Part.TEST, 2),
            new PageRule(20, PageOrder.ofRetrieval(2)));
    RetrievalMetrics retrieval = evaluation.retrieval();
    assertThat(retrieval.page().toArray()).isEqualTo(retrieval.model().toArray()).isNotEmpty();
    JsonNode json = evaluation.toJson();
    assertThat(json.get("page_ndcg10")).isEqualTo(json.get("ndcg10"));
    assertThat(json.at("/page_over_retrieval/ndcg10/upper").asDouble()).isZero();
    assertThat(evaluation.protocol()).contains("Page: the first 20 items of that order");
    assertThat(retrieval.timedPage().toArray())
        .isEqualTo(retrieval.timed().toArray())
        .hasSameSizeAs(retrieval.model().toArray());
    assertThat(json.at("/with_time/ndcg10")).isEqualTo(json.at("/with_time/page_ndcg10"));
    assertThat(json.at("/with_time/ndcg10_over_without/lower").isNumber()).isTrue();
    assertThat(evaluation.toTable()).contains("served page").contains("smaller id");
    Comparison same = Comparison.of(evaluation, evaluation);
    assertThat(same.differences()).containsKeys("page_hr10", "page_ndcg10");
  }

  @Test
  void evaluate_testPart_hasTheBaselineOfCounts() {
    FeedLog log = TestLogs.random(60, ITEMS, 30, 3);
    Holdout holdout = Holdout.leaveLast(log, 1);
    Evaluation evaluation = Evaluator.evaluate(log, holdout, model, options(Part.TEST, 2));
    JsonNode json = evaluation.toJson();
    for (String key : List.of("auc", "gauc", "log_loss", "ne", "ece", "slate_mrr")) {
      assertThat(json.get("counts_" + key).get("like").isNumber()).as(key).isTrue();
    }
    double gain = json.at("/gauc/like").asDouble() - json.at("/counts_gauc/like").asDouble();
    assertThat(json.at("/gauc_over_counts/like/difference").asDouble())
        .isCloseTo(gain, within(1e-12));
    assertThat(json.get("ties").asText()).contains("smaller item id first", "order of the log");
    assertThat(evaluation.toTable()).contains("GAUC over counts");
    Evaluation validation = Evaluator.evaluate(log, holdout, model, options(Part.VALIDATION, 2));
    assertThat(validation.ranking().counts()).isEmpty();
    assertThat(validation.toJson().has("counts_auc")).isFalse();
  }

  @Test
  void evaluate_modelWithCounts_measuresItWithAndWithout() {
    FeedLog log = TestLogs.random(60, ITEMS, 30, 3);
    Holdout holdout = Holdout.leaveLast(log, 1);
    CountTables tables = CountBuilder.count(log, holdout);
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    actions.put("like", new CountWeights.Action(0.5f, 1, Map.of("item.all.like", 3f)));
    actions.put("hide", new CountWeights.Action(1, 0, Map.of()));
    CountedRanking counted =
        new CountedRanking(tables, new CountWeights(tables.features(), actions));
    PageRule page = new PageRule(20, MIXED);
    EvaluationOptions options = options(Part.TEST, 2);
    Evaluation with = Evaluator.evaluate(log, holdout, model, options, page, counted);
    Evaluation without = Evaluator.evaluate(log, holdout, model, options, page);

    JsonNode json = with.toJson();
    JsonNode plain = without.toJson();
    assertThat(json.at("/counts/generation").asText()).isEqualTo(tables.generation());
    assertThat(plain.has("counts")).isFalse();
    for (String key : List.of("auc", "gauc", "ece", "log_loss")) {
      JsonNode both = json.at("/counts/" + key + "_by_action/like");
      assertThat(both.get("without")).as(key).isEqualTo(plain.get(key).get("like"));
      assertThat(both.get("with")).isEqualTo(json.get(key).get("like"));
      assertThat(both.get("with")).isNotEqualTo(both.get("without"));
      JsonNode hide = json.at("/counts/" + key + "_by_action/hide");
      assertThat(hide.get("with")).isEqualTo(hide.get("without"));
    }
    double gain = json.at("/auc/like").asDouble() - plain.at("/auc/like").asDouble();
    assertThat(json.at("/counts/auc_over_without/like/difference").asDouble())
        .isCloseTo(gain, within(1e-12));
    assertThat(json.at("/counts/gauc_over_without/like/lower").isNumber()).isTrue();
    assertThat(with.toTable()).contains("without counts", "GAUC by its counts");
    assertThat(with.protocol()).contains("its counts of generation " + tables.generation());
    assertThat(without.protocol()).doesNotContain("generation");
    assertThat(with.retrieval().model().toArray()).isEqualTo(without.retrieval().model().toArray());
    assertThat(with.retrieval().page().toArray())
        .isNotEqualTo(without.retrieval().page().toArray());

    float[] likes = with.predictions().probabilities(0);
    float[] alone = without.predictions().probabilities(0);
    float[] inputs = new float[tables.features().width()];
    int rate = tables.features().names().indexOf("item.all.like");
    for (int i = 0; i < likes.length; i++) {
      int[] item = {with.predictions().items()[i]};
      new CountInputs(tables).fill(new CountQuery(0, -1, new int[0]), item, inputs);
      double logit = 0.5 * Math.log(alone[i] / (1 - alone[i])) + 1 + 3 * inputs[rate];
      assertThat((double) likes[i]).isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-5));
    }
  }

  @Test
  void evaluate_countsOfTheTestPart_areRefused() {
    FeedLog log = TestLogs.random(60, ITEMS, 30, 3);
    long begin = 1_700_000_000_000L;
    Holdout holdout = Holdout.timeSplit(log, begin + 12_000_000, begin + 20_000_000);
    Holdout later = Holdout.timeSplit(log, begin + 20_000_001, begin + 30_000_000);
    CountTables leaking = CountBuilder.count(log, later);
    Instant test = Instant.ofEpochMilli(begin + 20_000_000);
    CountTables proper = CountBuilder.recount(log, test, leaking, log.catalogue());
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    actions.put("like", new CountWeights.Action(1, 0, Map.of()));
    actions.put("hide", new CountWeights.Action(1, 0, Map.of()));
    CountWeights weights = new CountWeights(leaking.features(), actions);
    EvaluationOptions options = options(Part.TEST, 1);
    assertThatThrownBy(
            () ->
                Evaluator.evaluate(
                    log,
                    holdout,
                    model,
                    options,
                    PageRule.NONE,
                    new CountedRanking(leaking, weights)))
        .hasMessageStartingWith("counts that end where the test part begins, at 2023-11-15");
    Evaluation evaluation =
        Evaluator.evaluate(
            log, holdout, model, options, PageRule.NONE, new CountedRanking(proper, weights));
    assertThat(evaluation.ranking().counted()).hasSize(2);
  }

  @Test
  void evaluate_countsOfAnotherLog_areRefused() {
    FeedLog log = TestLogs.random(60, ITEMS, 30, 3);
    Holdout holdout = Holdout.leaveLast(log, 1);
    FeedLog other = TestLogs.random(60, ITEMS - 1, 30, 3);
    CountTables tables = CountBuilder.count(other, Holdout.leaveLast(other, 1));
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    actions.put("like", new CountWeights.Action(1, 0, Map.of()));
    actions.put("hide", new CountWeights.Action(1, 0, Map.of()));
    CountedRanking counted =
        new CountedRanking(tables, new CountWeights(tables.features(), actions));
    assertThatThrownBy(
            () ->
                Evaluator.evaluate(
                    log, holdout, model, options(Part.TEST, 1), PageRule.NONE, counted))
        .hasMessage("counts of the 50 items of the bundle expected, got counts of 49 items");
  }

  @Test
  void evaluate_anyThreads_givesTheSame() {
    FeedLog log = TestLogs.random(70, ITEMS, 30, 2);
    Holdout holdout = Holdout.leaveLast(log, 1);
    List<Integer> progress = new ArrayList<>();
    Evaluation one =
        Evaluator.evaluate(
            log,
            holdout,
            model,
            new EvaluationOptions(
                Part.TEST,
                1,
                Integer.MAX_VALUE,
                0,
                (users, of) -> progress.add(users * 1000 / of)));
    Evaluation three = Evaluator.evaluate(log, holdout, model, options(Part.TEST, 3));
    assertThat(three.toJson()).isEqualTo(one.toJson());
    assertThat(three.toTable()).isEqualTo(one.toTable());
    assertThat(progress).hasSizeGreaterThan(2).isSorted().endsWith(1000);
  }

  @Test
  void evaluate_sample_hasThatManyUsersAndDependsOnTheSeed() {
    FeedLog log = TestLogs.random(70, ITEMS, 30, 2);
    Holdout holdout = Holdout.leaveLast(log, 1);
    RetrievalMetrics sample = sample(log, holdout, 5).retrieval();
    assertThat(sample.model().users() + sample.repeats() + sample.targetless()).isEqualTo(20);
    assertThat(sample(log, holdout, 5).toJson()).isEqualTo(sample(log, holdout, 5).toJson());
    assertThat(sample(log, holdout, 6).toJson()).isNotEqualTo(sample(log, holdout, 5).toJson());
  }

  /** Most users act only after the validation part. They must not use up the sample. */
  @Test
  void evaluate_sampleOfATimeSplit_hasUsersOfThePart() {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    long day = 24 * 3_600_000L;
    for (int user = 0; user < 400; user++) {
      builder.user("u" + user).action(user % ITEMS, LIKE, 0, day);
      builder.action((user + 1) % ITEMS, LIKE, 0, (user < 15 ? 11 : 21) * day);
    }
    FeedLog log = builder.build();
    Holdout holdout = Holdout.timeSplit(log, 10 * day, 20 * day);
    RetrievalMetrics sample = sample(log, holdout, 5).retrieval();
    assertThat(sample.found().length + sample.repeats()).isEqualTo(15);
  }

  @Test
  void evaluate_targetsTime_isReadByTheRowsWithTimeAlone() {
    RetrievalMetrics soon = withLastAction(LIKE, 41, new PageRule(20, MIXED)).retrieval();
    RetrievalMetrics late = withLastAction(LIKE, 4_000_000, new PageRule(20, MIXED)).retrieval();
    assertThat(soon.page().toArray()).isEqualTo(late.page().toArray());
    assertThat(soon.timed().users()).isEqualTo(1);
    RetrievalMetrics timeless =
        withLastAction(LIKE, FeedLog.NO_TIME, new PageRule(20, MIXED)).retrieval();
    assertThat(timeless.page().toArray()).isEqualTo(soon.page().toArray());
    assertThat(timeless.timed().users()).isZero();
  }

  @Test
  void evaluate_targetsTime_isNotRead() {
    assertThat(withLastAction(LIKE, 41).retrieval().model().mrr())
        .isEqualTo(withLastAction(LIKE, 4_000_000).retrieval().model().mrr());
  }

  @Test
  void evaluate_targetsOtherActions_areNotRead() {
    assertThat(withLastAction(LIKE, 41).retrieval().model().mrr())
        .isEqualTo(withLastAction(LIKE | HIDE, 41).retrieval().model().mrr());
  }

  @Test
  void evaluate_lastActionNotPositive_leavesTheUserOut() {
    RetrievalMetrics retrieval = withLastAction(HIDE, 41).retrieval();
    assertThat(retrieval.targetless()).isEqualTo(1);
    assertThat(retrieval.model().users()).isZero();
  }

  @Test
  void evaluate_logWithoutFeedviews_ranksTheHeldOutActions() {
    FeedLog log = TestLogs.withoutViews(TestLogs.random(60, ITEMS, 30, 3));
    Holdout holdout = Holdout.leaveLast(log, 2);
    RankingMetrics ranking =
        Evaluator.evaluate(log, holdout, model, options(Part.TEST, 2)).ranking();
    assertThat(ranking.feedviews()).isFalse();
    assertThat(ranking.views()).isEqualTo(2 * ranking.users()).isEqualTo(ranking.impressions());
    assertThat(ranking.actions().get(0).model().auc()).isBetween(0.0, 1.0);
    assertThat(ranking.actions().get(0).model().slateMrr()).isNaN();
  }

  @Test
  void evaluate_nothingHeldOut_hasNoFigures() {
    FeedLog log = TestLogs.random(5, ITEMS, 2, 4);
    Evaluation evaluation =
        Evaluator.evaluate(log, Holdout.leaveLast(log, 1), model, options(Part.TEST, 2));
    assertThat(evaluation.retrieval().model().users()).isZero();
    assertThat(evaluation.toJson().get("hr10").isNull()).isTrue();
    assertThat(evaluation.toJson().get("auc").get("like").isNull()).isTrue();
    assertThat(evaluation.toTable()).contains("0 users");
  }

  @Test
  void toJson_hasTheAgreedKeys() {
    FeedLog log = TestLogs.random(60, ITEMS, 30, 3);
    JsonNode json =
        Evaluator.evaluate(log, Holdout.leaveLast(log, 1), model, options(Part.TEST, 2)).toJson();
    for (String k : List.of("hr10", "ndcg10", "hr50", "ndcg50", "hr200", "ndcg200", "mrr")) {
      assertThat(json.get(k).isNumber()).as(k).isTrue();
      assertThat(json.get("popularity_" + k).isNumber()).as(k).isTrue();
      assertThat(json.get("recent_" + k).isNumber()).as(k).isTrue();
    }
    for (String k : List.of("difference", "lower", "upper")) {
      assertThat(json.get("auc_over_bias").get("like").get(k).isNumber()).as(k).isTrue();
    }
    for (String k : List.of("auc", "gauc", "log_loss", "ne", "ece", "slate_mrr")) {
      assertThat(json.get(k).get("like").isNumber()).as(k).isTrue();
      assertThat(json.get("bias_" + k).get("hide").isNumber()).as(k).isTrue();
    }
    for (String k : List.of("popularity_auc", "popularity_gauc", "base_rate")) {
      assertThat(json.get(k).get("like").isNumber()).as(k).isTrue();
    }
    assertThat(json.get("protocol").asText()).contains("smaller item id first", "filtered");
    assertThat(json.toString()).doesNotContain("NaN");
  }

  @Test
  void evaluate_logOfAnotherCatalogue_isRefused() {
    FeedLog log = TestLogs.random(5, ITEMS + 1, 5, 1);
    assertThatThrownBy(
            () -> Evaluator.evaluate(log, Holdout.leaveLast(log, 1), model, options(Part.TEST, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a log with the model's 50 items expected, got one with 51");
  }

  @Test
  void evaluate_timeSplit_seeksTheFirstPositiveAfterTheSplit() {
    FeedLogBuilder builder = TestLogs.log(ITEMS).user("u");
    long day = 24 * 3_600_000L;
    builder.action(1, LIKE, 0, day).action(2, LIKE, 0, 2 * day);
    builder.action(3, HIDE, 0, 11 * day).action(4, LIKE, 0, 12 * day).action(5, LIKE, 0, 13 * day);
    // Item 4 is the most popular item of the last seven days before the split. Item 5 is the most
    // popular item of all days.
    builder.user("v").action(5, LIKE, 0, 1).action(4, LIKE, 0, 9 * day);
    builder.user("w").action(5, LIKE, 0, 2).action(9, HIDE, 0, 20 * day);
    FeedLog log = builder.build();
    Holdout holdout = Holdout.timeSplit(log, 10 * day, 10 * day);
    Evaluation evaluation = Evaluator.evaluate(log, holdout, model, options(Part.TEST, 1));
    RetrievalMetrics retrieval = evaluation.retrieval();
    assertThat(retrieval.found()).containsExactly(0);
    assertThat(retrieval.recent().hr(1)).isEqualTo(1);
    assertThat(retrieval.popularity().hr(1)).isZero();
    assertThat(retrieval.targetless()).isEqualTo(1);
    assertThat(evaluation.ranking().impressions()).isEqualTo(4);
    assertThat(evaluation.protocol()).contains("the first positive action of the test part");
  }

  @Test
  void comparison_ofAnEvaluationWithItself_isNothing() {
    FeedLog log = TestLogs.random(60, ITEMS, 30, 3);
    Evaluation one =
        Evaluator.evaluate(log, Holdout.leaveLast(log, 1), model, options(Part.TEST, 2));
    Comparison comparison = Comparison.of(one, one);
    assertThat(comparison.differences()).containsOnlyKeys("hr10", "ndcg10", "auc.like", "auc.hide");
    assertThat(comparison.differences().values())
        .allMatch(each -> each.lower() == 0 && each.upper() == 0);
    assertThat(comparison.toTable()).contains("auc.hide").contains("+0.0000");
  }

  @Test
  void comparison_ofDifferentHoldouts_isRefused() {
    FeedLog log = TestLogs.random(60, ITEMS, 30, 3);
    Evaluation one =
        Evaluator.evaluate(log, Holdout.leaveLast(log, 1), model, options(Part.TEST, 2));
    Evaluation two =
        Evaluator.evaluate(log, Holdout.leaveLast(log, 2), model, options(Part.TEST, 2));
    assertThatThrownBy(() -> Comparison.of(one, two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("same users and impressions");
  }

  private static Evaluation withLastAction(long bits, long time) {
    return withLastAction(bits, time, PageRule.NONE);
  }

  private static Evaluation withLastAction(long bits, long time, PageRule page) {
    FeedLogBuilder builder = TestLogs.log(ITEMS).user("u");
    for (int i = 0; i < 4; i++) {
      builder.action(i, LIKE, 0, 10L * i);
    }
    FeedLog log = builder.action(9, bits, 1, time).build();
    return Evaluator.evaluate(log, Holdout.leaveLast(log, 1), model, options(Part.TEST, 1), page);
  }

  private static Evaluation sample(FeedLog log, Holdout holdout, long seed) {
    EvaluationProgress none = EvaluationProgress.none();
    return Evaluator.evaluate(
        log, holdout, model, new EvaluationOptions(Part.VALIDATION, 2, 20, seed, none));
  }

  private static EvaluationOptions options(Part part, int threads) {
    return new EvaluationOptions(part, threads, Integer.MAX_VALUE, 0, EvaluationProgress.none());
  }

  private static void assertRanks(Ranks ranks, List<Integer> expected) {
    assertThat(ranks.users()).isEqualTo(expected.size());
    assertThat(ranks.mrr())
        .isCloseTo(
            expected.stream().mapToDouble(rank -> 1.0 / rank).average().orElseThrow(),
            within(1e-12));
    assertThat(ranks.hr(10))
        .isCloseTo(
            expected.stream().mapToDouble(rank -> rank <= 10 ? 1 : 0).average().orElseThrow(),
            within(1e-12));
  }
}
