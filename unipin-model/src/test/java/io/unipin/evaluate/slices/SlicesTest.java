package io.unipin.evaluate.slices;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.model.features.PageOrder;
import io.unipin.train.NaiveEvaluation;
import io.unipin.train.TestLogs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the figures of each slice with a simple computation that reads the log again. */
class SlicesTest {
  private static final int ITEMS = 50;
  private static final long DAY_MS = 24 * 3_600_000L;
  private static ServingModel model;
  private static FeedLog log;
  private static Holdout holdout;
  private static NaiveEvaluation naive;
  private static Slices slices;
  private static float[] shownLikes;

  @BeforeAll
  static void evaluate(@TempDir Path directory) {
    ModelWriter.writeRandom(directory, TestLogs.smallModel(ITEMS), 7);
    model = ServingModel.load(directory, EngineOptions.cpu());
    log = TestLogs.withContent(TestLogs.random(150, ITEMS, 40, 1), 5);
    holdout = Holdout.leaveLast(log, 3).withholding(0.3, 0);
    naive = new NaiveEvaluation(log, holdout, model, Part.TEST);
    Evaluation evaluation = evaluation(Part.TEST, 2);
    slices = Slices.of(evaluation, log, holdout);
    shownLikes = evaluation.predictions().shownProbabilities(0);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Evaluation evaluation(Part part, int threads) {
    return Evaluator.evaluate(
        log,
        holdout,
        model,
        new EvaluationOptions(part, threads, Integer.MAX_VALUE, 0, EvaluationProgress.none()),
        new PageRule(20, PageOrder.of(1, new float[] {1, 0})));
  }

  private static SliceFigures slice(String key, String name) {
    return requireNonNull(slices.slices().get(key)).stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void slices_ofEveryKind_addUpToTheWhole() {
    assertThat(slices.slices())
        .containsOnlyKeys("all", "training_count", "age", "history", "withheld");
    SliceFigures all = slice("all", "all");
    assertThat(all.model().users()).isEqualTo(naive.ranks.size()).isGreaterThan(50);
    assertThat(all.impressions()).isEqualTo(naive.likes.size()).isGreaterThan(200);
    slices
        .slices()
        .forEach(
            (key, classes) -> {
              double hits = 0;
              double contentHits = 0;
              double pageHits = 0;
              double predicted = 0;
              int impressions = 0;
              int targets = 0;
              long positives = 0;
              for (SliceFigures each : classes) {
                targets += each.model().users();
                hits += sum(each.model().hits(10));
                contentHits += sum(each.content().hits(10));
                pageHits += sum(each.page().hits(10));
                impressions += each.impressions();
                positives += each.actions().get(0).positives();
                predicted +=
                    each.impressions() == 0
                        ? 0
                        : each.impressions() * each.actions().get(0).predicted();
              }
              assertThat(targets).as(key).isEqualTo(all.model().users());
              assertThat(hits).as(key).isEqualTo(sum(all.model().hits(10)));
              assertThat(contentHits).as(key).isEqualTo(sum(all.content().hits(10)));
              assertThat(pageHits).as(key).isEqualTo(sum(all.page().hits(10))).isPositive();
              assertThat(impressions).as(key).isEqualTo(all.impressions());
              assertThat(positives).as(key).isEqualTo(all.actions().get(0).positives());
              assertThat(predicted)
                  .as(key)
                  .isCloseTo(all.impressions() * all.actions().get(0).predicted(), within(1e-3));
            });
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  @Test
  void trainingCount_isThatOfAPlainWalk() {
    int[] liked = new int[ITEMS];
    int[] shown = new int[ITEMS];
    for (int user = 0; user < log.users(); user++) {
      for (int i = 0; i < holdout.trainEnd(user); i++) {
        int row = log.actionStart(user) + i;
        liked[log.actionItems()[row]] += (int) (log.actionBits()[row] & TestLogs.LIKE);
      }
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
          shown[log.impressionItems()[i]] += holdout.part(user, view) == Part.TRAIN ? 1 : 0;
        }
      }
    }
    holdout.withheld().rows().stream()
        .forEach(
            item -> {
              liked[item] = 0;
              shown[item] = 0;
            });
    int[][] bounds = {{0, 0}, {1, 4}, {5, 15}, {16, 99}, {100, Integer.MAX_VALUE}};
    String[] names = {"0", "1-4", "5-15", "16-99", "100+"};
    for (int band = 0; band < names.length; band++) {
      int from = bounds[band][0];
      int to = bounds[band][1];
      assertSlice(
          slice("training_count", names[band]),
          t -> liked[naive.targets.get(t)] >= from && liked[naive.targets.get(t)] <= to,
          i -> shown[item(i)] >= from && shown[item(i)] <= to);
    }
    assertThat(slice("training_count", "16-99").model().users()).isPositive();
  }

  private static int item(int impression) {
    return log.impressionItems()[naive.shown.get(impression)];
  }

  private static int view(int impression) {
    int view = 0;
    while (log.impressionStart(view + 1) <= naive.shown.get(impression)) {
      view++;
    }
    return view;
  }

  @Test
  void withheld_isColdAndOthersAreWarm() {
    assertSlice(
        slice("withheld", "cold"),
        t -> holdout.withheld().contains(naive.targets.get(t)),
        i -> holdout.withheld().contains(item(i)));
    assertSlice(
        slice("withheld", "warm"),
        t -> !holdout.withheld().contains(naive.targets.get(t)),
        i -> !holdout.withheld().contains(item(i)));
    assertThat(slice("withheld", "cold").model().users()).isGreaterThan(10);
  }

  @Test
  void history_isCountedInActions() {
    assertSlice(
        slice("history", "5-15"),
        t -> naive.histories.get(t) >= 5 && naive.histories.get(t) <= 15,
        i -> log.viewHistory()[view(i)] >= 5 && log.viewHistory()[view(i)] <= 15);
    assertSlice(
        slice("history", "16-99"),
        t -> naive.histories.get(t) >= 16,
        i -> log.viewHistory()[view(i)] >= 16);
  }

  @Test
  void age_ofAnItem_isTheTimeSinceItsCreation() {
    String[] names = {"under 1 d", "1-7 d", "7-28 d", "28 d or more"};
    long[] from = {0, 1, 7, 28, Integer.MAX_VALUE};
    for (int band = 0; band < names.length; band++) {
      long youngest = from[band] * DAY_MS;
      long oldest = from[band + 1] * DAY_MS;
      List<Integer> chosen =
          IntStream.range(0, naive.likes.size())
              .filter(i -> item(i) % 5 != 0)
              .filter(
                  i -> {
                    long age = log.viewTimes()[view(i)] - log.catalogue().createdMs(item(i));
                    return age >= youngest && age < oldest;
                  })
              .boxed()
              .toList();
      assertImpressions(slice("age", names[band]), chosen);
    }
    List<Integer> unknown =
        IntStream.range(0, naive.likes.size()).filter(i -> item(i) % 5 == 0).boxed().toList();
    assertImpressions(slice("age", "unknown"), unknown);
    assertThat(slice("age", "7-28 d").model().users()).isPositive();
  }

  private static void assertSlice(
      SliceFigures figures, IntPredicate ofTarget, IntPredicate ofImpression) {
    List<Integer> targets =
        IntStream.range(0, naive.ranks.size()).filter(ofTarget).boxed().toList();
    assertThat(figures.model().toArray())
        .containsExactly(targets.stream().mapToInt(naive.ranks::get).toArray());
    assertThat(figures.popularity().toArray())
        .containsExactly(targets.stream().mapToInt(naive.popularityRanks::get).toArray());
    assertThat(figures.content().toArray())
        .containsExactly(targets.stream().mapToInt(SlicesTest::contentRank).toArray());
    assertImpressions(
        figures, IntStream.range(0, naive.likes.size()).filter(ofImpression).boxed().toList());
  }

  private static void assertImpressions(SliceFigures figures, List<Integer> impressions) {
    assertThat(figures.impressions()).isEqualTo(impressions.size());
    SliceFigures.ActionFigures like = figures.actions().get(0);
    double sum = 0;
    long liked = 0;
    double pairs = 0;
    double won = 0;
    for (int i : impressions) {
      sum += shownLikes[i];
      liked += naive.liked.get(i) ? 1 : 0;
      for (int j : impressions) {
        if (naive.liked.get(i) && !naive.liked.get(j)) {
          pairs++;
          won += naive.likes.get(i) > naive.likes.get(j) ? 1 : 0;
          won += naive.likes.get(i).equals(naive.likes.get(j)) ? 0.5 : 0;
        }
      }
    }
    assertThat(like.positives()).isEqualTo(liked);
    if (!impressions.isEmpty()) {
      assertThat(like.observed()).isCloseTo((double) liked / impressions.size(), within(1e-12));
      assertThat(like.predicted()).isCloseTo(sum / impressions.size(), within(1e-9));
    }
    if (pairs > 0) {
      assertThat(like.auc()).as("both within rounding").isCloseTo(won / pairs, within(0.002));
    }
  }

  /**
   * Returns the target's rank if items are ordered by the similarity of their content to the
   * content of the liked items. The cosines are computed one by one in double precision.
   */
  private static int contentRank(int t) {
    int user = userOf(t);
    int start = log.actionStart(user);
    double[] mean = new double[3];
    for (int row = start; row < start + naive.histories.get(t); row++) {
      if ((log.actionBits()[row] & TestLogs.LIKE) != 0) {
        double[] unit = unit(log.actionItems()[row]);
        for (int d = 0; d < 3; d++) {
          mean[d] += unit[d];
        }
      }
    }
    double[] scores = new double[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      double[] unit = unit(item);
      for (int d = 0; d < 3; d++) {
        scores[item] += mean[d] * unit[d];
      }
    }
    return naive.rank(scores, naive.targets.get(t), naive.seen.get(t));
  }

  private static int userOf(int t) {
    return users().get(t);
  }

  /** Returns the users that have a target, in ascending order. */
  private static List<Integer> users() {
    List<Integer> users = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      int end = log.actionStart(user + 1);
      int target = end - 1;
      while (target >= start + holdout.validationEnd(user)
          && (log.actionBits()[target] & TestLogs.LIKE) == 0) {
        target--;
      }
      if (holdout.trainEnd(user) < end - start && target >= start + holdout.validationEnd(user)) {
        int item = log.actionItems()[target];
        if (IntStream.range(start, target).noneMatch(i -> log.actionItems()[i] == item)) {
          users.add(user);
        }
      }
    }
    return users;
  }

  private static double[] unit(int item) {
    double[] unit = new double[3];
    double square = 0;
    for (int d = 0; d < 3; d++) {
      unit[d] = log.catalogue().content()[item * 3 + d];
      square += unit[d] * unit[d];
    }
    for (int d = 0; d < 3; d++) {
      unit[d] /= square == 0 ? 1 : Math.sqrt(square);
    }
    return unit;
  }

  @Test
  void lists_areTheFirstTenOfEveryUser() {
    long[] shown = new long[ITEMS];
    long cold = 0;
    for (List<Integer> list : naive.lists) {
      for (int item : list) {
        shown[item]++;
        cold += holdout.withheld().contains(item) ? 1 : 0;
      }
    }
    long places = 10L * naive.lists.size();
    double differences = 0;
    for (long one : shown) {
      for (long other : shown) {
        differences += Math.abs(one - other);
      }
    }
    ListFigures lists = slices.lists();
    assertThat(lists.lists()).isEqualTo(naive.lists.size());
    assertThat(lists.items())
        .isEqualTo((int) IntStream.range(0, ITEMS).filter(i -> shown[i] > 0).count());
    assertThat(lists.coverage()).isEqualTo((double) lists.items() / ITEMS);
    assertThat(lists.gini())
        .as("mean difference of two items, by twice their mean")
        .isCloseTo(differences / (2.0 * ITEMS * places), within(1e-12));
    assertThat(lists.withheld()).isCloseTo((double) cold / places, within(1e-12));
  }

  @Test
  void gini_ofKnownLists_isKnown() {
    List<int[]> even = List.of(new int[] {0, 1}, new int[] {2, 3});
    assertThat(ListFigures.of(even, 4, Holdout.leaveLast(log, 1).withheld()).gini())
        .isCloseTo(0, within(1e-12));
    List<int[]> one = List.of(new int[] {3}, new int[] {3});
    assertThat(ListFigures.of(one, 4, Holdout.leaveLast(log, 1).withheld()).gini())
        .isCloseTo(0.75, within(1e-12));
  }

  @Test
  void coldOverContent_isTheBootstrapOfTheColdTargets() {
    SliceFigures cold = slice("withheld", "cold");
    PairedBootstrap.Difference expected =
        PairedBootstrap.mean(cold.model().hits(10), cold.content().hits(10));
    assertThat(slices.coldOverContent()).containsOnlyKeys("hr10", "ndcg10");
    assertThat(slices.coldOverContent()).containsEntry("hr10", expected);
    assertThat(expected.difference())
        .isCloseTo(cold.model().hr(10) - cold.content().hr(10), within(1e-12));
  }

  @Test
  void toJson_hasTheAgreedKeysAndNoNaN() {
    JsonNode json = slices.toJson();
    assertThat(json.at("/withheld/cold/content_hr10").isNumber()).isTrue();
    assertThat(json.at("/withheld/cold/popularity_ndcg10").isNumber()).isTrue();
    assertThat(json.at("/training_count/16-99/auc/like").isNumber()).isTrue();
    assertThat(json.at("/history/5-15/predicted/hide").isNumber()).isTrue();
    assertThat(json.at("/cold_over_content/hr10/lower").isNumber()).isTrue();
    assertThat(json.at("/lists/gini").isNumber()).isTrue();
    assertThat(json.at("/withheld_items").asInt()).isEqualTo(15);
    assertThat(json.toString()).doesNotContain("NaN");
    assertThat(slices.toTable("like")).contains("cold", "warm", "Gini", "content neighbours");
  }

  @Test
  void of_logWithoutContentAndWithheldItems_hasNoSuchFigures() {
    FeedLog plain = TestLogs.random(60, ITEMS, 30, 3);
    Holdout split = Holdout.leaveLast(plain, 1);
    Evaluation evaluation =
        Evaluator.evaluate(
            plain,
            split,
            model,
            new EvaluationOptions(Part.TEST, 2, Integer.MAX_VALUE, 0, EvaluationProgress.none()));
    JsonNode json = Slices.of(evaluation, plain, split).toJson();
    assertThat(json.at("/all/all/content_hr10").isNull()).isTrue();
    assertThat(json.at("/all/all/page_hr10").isNull()).as("no page was measured").isTrue();
    assertThat(json.at("/lists/withheld_share").isNull()).isTrue();
    assertThat(json.has("withheld")).isFalse();
    assertThat(json.has("age")).as("every item was created in 1970").isTrue();
    assertThat(json.has("cold_over_content")).isFalse();
  }

  @Test
  void of_logWithoutTimesOfCreation_hasNoAges() {
    List<CatalogueItem> items = new ArrayList<>();
    for (int row = 0; row < ITEMS; row++) {
      CatalogueItem item = log.catalogue().item(row);
      items.add(new CatalogueItem(item.id(), "", "", FeedLog.NO_TIME, item.content()));
    }
    FeedLog ageless = TestLogs.onCatalogue(log, Catalogue.of(items));
    Evaluation evaluation =
        Evaluator.evaluate(
            ageless,
            holdout,
            model,
            new EvaluationOptions(Part.TEST, 2, Integer.MAX_VALUE, 0, EvaluationProgress.none()));
    JsonNode json = Slices.of(evaluation, ageless, holdout).toJson();
    assertThat(json.has("age")).isFalse();
    assertThat(json.has("history")).isTrue();
  }

  @Test
  void of_validation_isRefused() {
    Evaluation evaluation = evaluation(Part.VALIDATION, 2);
    assertThatThrownBy(() -> Slices.of(evaluation, log, holdout))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an evaluation of the test part expected, got one of VALIDATION");
  }

  @Test
  void of_anyThreads_isTheSame() {
    for (int threads : new int[] {1, 3}) {
      Slices again = Slices.of(evaluation(Part.TEST, threads), log, holdout);
      assertThat(again.toJson()).isEqualTo(slices.toJson());
      assertThat(again.toTable("like")).isEqualTo(slices.toTable("like"));
    }
  }
}
