package io.unipin.evaluate.prerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.model.features.PageOrder;
import io.unipin.prerank.CandidateFeatures;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.PreRank;
import io.unipin.prerank.PreRankTables;
import io.unipin.train.TestLogs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreRankStudyTest {
  private static final int ITEMS = 400;
  private static final PageOrder MIXED = PageOrder.of(0.4f, new float[] {0.7f, -0.3f});
  private static ServingModel model;
  private static FeedLog log;
  private static Holdout holdout;
  private static PreRankTables tables;

  @BeforeAll
  static void load(@TempDir Path directory) {
    ModelWriter.writeRandom(directory, TestLogs.smallModel(ITEMS), 7);
    model = ServingModel.load(directory, EngineOptions.cpu());
    log = TestLogs.random(150, ITEMS, 40, 1);
    holdout = Holdout.leaveLast(log, 3);
    tables = PreRankTables.of(log, holdout);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static PreRank rule(float similarity, float popularity, float follows) {
    CandidateFeatures features = PreRank.features(tables, log.catalogue(), null);
    List<FittedPreRank.Feature> weights =
        List.of(
            new FittedPreRank.Feature("log_popularity", popularity, 1),
            new FittedPreRank.Feature("follows", follows, 0));
    return PreRank.of(new FittedPreRank(1, similarity, weights, 80, 100, 20, 0.5, 0.6), features);
  }

  private static PreRankResult study(PreRank rule, int factor, int follows) {
    return study(rule, factor, follows, null);
  }

  private static PreRankResult study(
      PreRank rule, int factor, int follows, @Nullable CountedRanking counts) {
    return PreRankStudy.run(
        log,
        holdout,
        model,
        new PreRankStudy.Page(MIXED, counts),
        rule,
        tables.follows(),
        new PreRankStudy.Settings(factor, follows, Integer.MAX_VALUE));
  }

  @Test
  void run_orderOfRetrieval_changesNoPage() {
    PreRankResult result = study(rule(1, 0, 0), 5, 0);
    assertThat(result.rows()).extracting(PreRankResult.Row::scored).startsWith(10).endsWith(200);
    for (PreRankResult.Row row : result.rows()) {
      assertThat(row.with()).isEqualTo(row.without());
    }
    assertThat(result.candidates()).isEqualTo(result.candidatesWithout()).isPositive();
  }

  @Test
  void run_pagesWithoutPreRanking_areThoseOfTheEvaluation() {
    requirePagesOfTheEvaluation(null);
  }

  /** A server orders a page by the probabilities that the model's counts have changed. */
  @Test
  void run_modelWithCounts_pagesWithoutPreRankingAreThoseOfTheEvaluation() {
    CountTables counts = CountBuilder.count(log, holdout);
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    actions.put("like", new CountWeights.Action(0.5f, 1, Map.of("item.all.like", 3f)));
    actions.put("hide", new CountWeights.Action(1, 0, Map.of()));
    requirePagesOfTheEvaluation(
        new CountedRanking(counts, new CountWeights(counts.features(), actions)));
  }

  private static void requirePagesOfTheEvaluation(@Nullable CountedRanking counts) {
    PreRankResult result = study(rule(1, 2, 0), 3, 0, counts);
    for (PreRankResult.Row row : List.of(result.rows().get(1), result.rows().get(10))) {
      Evaluation evaluation =
          Evaluator.evaluate(
              log,
              holdout,
              model,
              new EvaluationOptions(Part.TEST, 2, Integer.MAX_VALUE, 0, EvaluationProgress.none()),
              new PageRule(row.scored(), MIXED),
              counts);
      assertThat(row.without().ndcg10())
          .isCloseTo(evaluation.retrieval().page().ndcg(10), within(1e-9))
          .isPositive();
      assertThat(row.without().hr10())
          .isCloseTo(evaluation.retrieval().page().hr(10), within(1e-9));
    }
  }

  /** Makes each page by hand: sorts the wider list by the sum, cuts it, and sorts by utility. */
  @Test
  void run_randomRule_equalsTheNaiveWay() {
    PreRank rule = rule(1, -0.4f, 0.05f);
    int factor = 4;
    int follows = 30;
    List<double[]> naive = new ArrayList<>();
    try (PoolSearch search =
        new PoolSearch(
            log,
            holdout,
            model,
            Part.TEST,
            rule.source(),
            tables.follows(),
            new PoolSearch.Size(ITEMS, follows))) {
      for (int user : search.users(Integer.MAX_VALUE, 0)) {
        search.visit(
            user,
            (target, pool, score) -> {
              float[] probabilities = score.apply(pool.rows());
              double[] gains = new double[PreRankStudy.SCORED.length];
              for (int s = 0; s < gains.length; s++) {
                gains[s] = naive(pool, rule, probabilities, PreRankStudy.SCORED[s], factor);
              }
              naive.add(gains);
            });
      }
    }
    PreRankResult result = study(rule, factor, follows);
    for (int s = 0; s < PreRankStudy.SCORED.length; s++) {
      int page = s;
      double mean = naive.stream().mapToDouble(gains -> gains[page]).average().orElseThrow();
      assertThat(result.rows().get(s).with().ndcg10()).isCloseTo(mean, within(1e-9));
    }
    assertThat(result.rows()).anyMatch(row -> !row.with().equals(row.without()));
    JsonNode json = result.toJson();
    assertThat(json.get("users").asInt()).isEqualTo(naive.size()).isGreaterThan(50);
    assertThat(json.get("over_fetch").asInt()).isEqualTo(factor);
    assertThat(json.get("follows").asInt()).isEqualTo(follows);
    assertThat(json.at("/pages/0/page_ndcg10").asDouble())
        .isEqualTo(result.rows().get(0).with().ndcg10());
    assertThat(json.at("/weights/log_popularity").floatValue()).isEqualTo(-0.4f);
    assertThat(result.toTable()).contains("and 30 followers").contains("without pre-ranking: ");
  }

  private static double naive(
      Pool pool, PreRank rule, float[] probabilities, int scored, int factor) {
    float[] sums = rule.sums(pool.dots(), pool.features());
    List<Integer> candidates = new ArrayList<>();
    for (int i = 0; i < pool.size(); i++) {
      boolean follows = false;
      for (int follower : pool.followers()) {
        follows |= follower == i;
      }
      if (i < Math.min(pool.nearest(), scored * factor) || follows) {
        candidates.add(i);
      }
    }
    candidates.sort(
        (a, b) ->
            sums[a] == sums[b]
                ? Long.compare(pool.ids()[a], pool.ids()[b])
                : Float.compare(sums[b], sums[a]));
    List<Integer> kept =
        new ArrayList<>(candidates.subList(0, Math.min(scored, candidates.size())));
    float[] utilities = new float[pool.size()];
    for (int i : kept) {
      utilities[i] = MIXED.utility(pool.dots()[i], probabilities, 2 * i);
    }
    kept.sort(
        (a, b) ->
            utilities[a] == utilities[b]
                ? Long.compare(pool.ids()[a], pool.ids()[b])
                : Float.compare(utilities[b], utilities[a]));
    int place = kept.indexOf(pool.target());
    return place < 0 || place >= 10 ? 0 : Math.log(2) / Math.log(place + 2);
  }

  @Test
  void settings_outOfRange_areRefused() {
    assertThatThrownBy(() -> new PreRankStudy.Settings(0, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PreRankStudy.Settings(3, -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void candidates_isTheNumberFromWhichOnTheGoalIsReached() {
    PreRankStudy.Settings settings = new PreRankStudy.Settings(5, 0, 10);
    List<int[]> without = List.of(new int[] {0, 12, 2}, new int[] {0, 1, 1});
    List<int[]> with = List.of(new int[] {0, 2, 2}, new int[] {0, 1, 1});
    PreRankResult result =
        new PreRankResult(settings, rule(1, 0, 0).fitted(), new int[] {10, 80, 200}, without, with);
    assertThat(result.goal()).isCloseTo((1 / (Math.log(3) / Math.log(2)) + 1) / 2, within(1e-12));
    assertThat(result.candidates()).isEqualTo(80);
    assertThat(result.candidatesWithout()).isEqualTo(200);
    assertThat(result.toJson().get("candidates").asInt()).isEqualTo(80);
    PreRankResult byChance =
        new PreRankResult(
            settings,
            rule(1, 0, 0).fitted(),
            new int[] {10, 80, 200},
            without,
            List.of(new int[] {1, 12, 2}, new int[] {1, 1, 1}));
    assertThat(byChance.candidates()).as("80 does not reach it").isEqualTo(200);
    PreRankResult never =
        new PreRankResult(
            settings,
            rule(1, 0, 0).fitted(),
            new int[] {10, 80, 200},
            without,
            List.of(new int[] {0, 0, 0}, new int[] {0, 0, 0}));
    assertThat(never.candidates()).isZero();
    assertThat(never.toJson().get("candidates").isNull()).isTrue();
    assertThat(never.toTable()).contains("not reached");
  }
}
