package io.unipin.evaluate.heldout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.evaluate.Comparison;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.RetrievalMetrics;
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
import io.unipin.train.TestLogs;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CommonItemsTest {
  private static final int ITEMS = 50;
  private static final long FIRST = 100;

  @TempDir Path folder;
  private final FeedLog log = TestLogs.random(90, ITEMS, 40, 1);
  private final Holdout holdout = Holdout.leaveLast(log, 3);

  /** Returns a catalogue in descending order of ids, unlike the log's. */
  private static Catalogue descending(long from, long to) {
    return Catalogue.of(
        LongStream.range(from, to)
            .mapToObj(id -> new CatalogueItem(from + to - 1 - id, "", "", 0, new float[0]))
            .toList());
  }

  private Evaluation evaluate(HeldOutLog data, long seed) {
    Path model = folder.resolve("model-" + seed);
    int items = data.log().catalogue().size();
    ModelWriter.writeRandom(model, TestLogs.smallModel(items), seed);
    EvaluationOptions options =
        new EvaluationOptions(Part.TEST, 2, 1000, 0, EvaluationProgress.none());
    PageRule page = new PageRule(ITEMS, PageOrder.of(0.4f, new float[] {0.7f, -0.3f}));
    try (ServingModel loaded = ServingModel.load(model, EngineOptions.cpu())) {
      return Evaluator.evaluate(data, loaded, options, page, null);
    }
  }

  @Test
  void evaluations_ofDifferentItems_seekTheSameTargetsAmongTheCommonOnes() {
    Catalogue other = descending(FIRST + 15, FIRST + ITEMS + 7);
    CommonItems items = new CommonItems(log, holdout, other);
    assertThat(items.areAll()).isFalse();
    Evaluation own = evaluate(items.own(), 1);
    Evaluation others = evaluate(items.others(), 2);

    List<Ranked> first = ranked(own, log.catalogue());
    assertThat(ranked(others, other)).isEqualTo(first).hasSizeGreaterThan(10);
    int whole = evaluate(new HeldOutLog(log, holdout), 3).retrieval().found().length;
    assertThat(first).hasSizeLessThan(whole);
    Map<Catalogue, Evaluation> sides = Map.of(log.catalogue(), own, other, others);
    for (Map.Entry<Catalogue, Evaluation> side : sides.entrySet()) {
      Catalogue catalogue = side.getKey();
      Evaluation each = side.getValue();
      for (RetrievalMetrics.Answer answer : each.retrieval().answers()) {
        assertThat(Arrays.stream(answer.list()).mapToLong(catalogue::id))
            .hasSize(RetrievalMetrics.LIST)
            .allMatch(CommonItemsTest::common);
        assertThat(answer.pageRank()).isBetween(1, 35);
      }
      assertThat(Arrays.stream(each.predictions().itemIds()))
          .isNotEmpty()
          .allMatch(CommonItemsTest::common);
    }
    assertThat(own.retrieval().popularity().toArray())
        .as("popularity ranks items by their ids, so it gives each target one rank")
        .isEqualTo(others.retrieval().popularity().toArray());
    assertThat(Comparison.of(own, others).differences())
        .containsKeys("hr10", "page_ndcg10", "auc.like");
  }

  /** A user and the user's target. */
  private record Ranked(int user, long item, int history, long timeMs) {}

  private static List<Ranked> ranked(Evaluation evaluation, Catalogue catalogue) {
    RetrievalMetrics metrics = evaluation.retrieval();
    return IntStream.range(0, metrics.found().length)
        .mapToObj(
            i -> {
              RetrievalMetrics.Answer answer = metrics.answers().get(i);
              return new Ranked(
                  metrics.found()[i],
                  catalogue.id(answer.item()),
                  answer.history(),
                  answer.timeMs());
            })
        .toList();
  }

  private static boolean common(long id) {
    return id >= FIRST + 15 && id < FIRST + ITEMS;
  }

  @Test
  void targets_ofOtherItems_areLeftOutAndCounted() {
    CommonItems items = new CommonItems(log, holdout, descending(FIRST + 15, FIRST + ITEMS + 7));
    int targets = 0;
    int lost = 0;
    for (int user = 0; user < log.users(); user++) {
      int action = RetrievalTarget.find(log, holdout, user, Part.TEST);
      if (action >= 0) {
        targets++;
        int row = log.actionItems()[log.actionStart(user) + action];
        boolean left = !common(log.catalogue().id(row));
        lost += left ? 1 : 0;
        assertThat(items.own().untargeted().get(user)).isEqualTo(left);
      }
    }
    assertThat(lost).isPositive();
    assertThat(items.toText())
        .isEqualTo(
            "Compared over the 35 items that both have (15 items only in the first, 7 only in the"
                + " second); %s of %s targets left out.",
            lost, targets);
    assertThat(items.toJson().toString())
        .isEqualTo(
            "{\"common\":35,\"alone\":15,\"alone_against\":7,\"targets\":%s,\"targets_left_out\":%s}",
            targets, lost);
  }

  @Test
  void log_cutToCommonItems_keepsThePartsOfAllOtherActions() {
    CommonItems items = new CommonItems(log, holdout, descending(FIRST + 15, FIRST + ITEMS));
    HeldOutLog cut = items.others();
    int removed = 0;
    for (int user = 0; user < log.users(); user++) {
      int next = cut.log().actionStart(user);
      for (int action = log.actionStart(user); action < log.actionStart(user + 1); action++) {
        long id = log.catalogue().id(log.actionItems()[action]);
        if (!common(id)) {
          removed++;
          continue;
        }
        assertThat(cut.log().catalogue().id(cut.log().actionItems()[next])).isEqualTo(id);
        assertThat(cut.log().actionBits()[next]).isEqualTo(log.actionBits()[action]);
        assertThat(part(cut.log(), cut.holdout(), user, next))
            .isEqualTo(part(log, holdout, user, action));
        next++;
      }
      assertThat(next).isEqualTo(cut.log().actionStart(user + 1));
    }
    assertThat(removed).isPositive();
    assertThat(cut.log().views()).isEqualTo(log.views());
    assertThat(cut.log().impressions()).isLessThan(log.impressions()).isPositive();
    assertThat(cut.log().impressionBits()).hasSize(cut.log().impressions());
  }

  private static Part part(FeedLog log, Holdout holdout, int user, int action) {
    int index = action - log.actionStart(user);
    return index < holdout.trainEnd(user)
        ? Part.TRAIN
        : index < holdout.validationEnd(user) ? Part.VALIDATION : Part.TEST;
  }

  @Test
  void items_thatAreTheSameInAnotherOrder_givesTheWholeEvaluation() {
    CommonItems items = new CommonItems(log, holdout, descending(FIRST, FIRST + ITEMS));
    assertThat(items.areAll()).isTrue();
    Evaluation whole = evaluate(new HeldOutLog(log, holdout), 1);
    Evaluation cut = evaluate(items.own(), 2);
    assertThat(cut.retrieval().found()).isEqualTo(whole.retrieval().found());
    assertThat(cut.predictions().itemIds()).isEqualTo(whole.predictions().itemIds());
  }

  @Test
  void items_noneInCommon_areRefused() {
    assertThatThrownBy(() -> new CommonItems(log, holdout, descending(0, 20)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "items that both bundles have expected, got none (one has 50 items, the other 20)");
  }

  @Test
  void targets_noneInCommon_areRefused() {
    FeedLog small =
        TestLogs.log(ITEMS)
            .user("u")
            .action(1, TestLogs.LIKE, 0, 1)
            .action(2, TestLogs.LIKE, 0, 2)
            .action(3, TestLogs.LIKE, 0, 3)
            .action(40, TestLogs.LIKE, 0, 4)
            .build();
    Catalogue early = descending(FIRST, FIRST + 30);
    assertThatThrownBy(() -> new CommonItems(small, Holdout.leaveLast(small, 1), early))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a target among the 30 items that both bundles have expected, got none in 1 targets");
  }
}
