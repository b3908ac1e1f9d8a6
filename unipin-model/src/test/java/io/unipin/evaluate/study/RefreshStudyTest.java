package io.unipin.evaluate.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountQuery;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.counts.CountsException;
import io.unipin.evaluate.BinaryMetrics;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.Predictions;
import io.unipin.evaluate.baseline.CountsBaseline;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.train.TestLogs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefreshStudyTest {
  private static final int ITEMS = 30;
  private static final int DAYS = 12;
  private static final Instant BEGIN = Instant.parse("2024-03-01T00:00:00Z");
  private static final Instant VALIDATION = BEGIN.plus(Duration.ofDays(8));
  private static final Instant TEST = BEGIN.plus(Duration.ofDays(9));

  @TempDir Path folder;

  /**
   * Returns a log in which the popularity of items changes every day. Feedviews and actions from
   * {@code end} on are left out.
   */
  private static FeedLog log(Instant end) {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    for (int u = 0; u < 50; u++) {
      builder.user("u" + u);
      Random random = new Random(u);
      for (int day = 0; day < DAYS; day++) {
        for (int view = 0; view < 2; view++) {
          Instant time = BEGIN.plus(Duration.ofMinutes(1440L * day + random.nextInt(1440)));
          int item = random.nextInt(ITEMS);
          long bits = random.nextDouble() < ((item + day) % 10) / 10.0 ? TestLogs.LIKE : 0;
          if (time.isBefore(end)) {
            builder.view(0, time.toEpochMilli()).impression(item, bits);
            if (bits != 0) {
              builder.action(item, bits, 0, time.toEpochMilli());
            }
          }
        }
      }
    }
    return builder.build();
  }

  private static Holdout holdout(FeedLog log) {
    return Holdout.timeSplit(log, VALIDATION.toEpochMilli(), TEST.toEpochMilli());
  }

  private static CountedRanking counts(FeedLog log) {
    CountTables tables = CountBuilder.count(log, holdout(log));
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    actions.put("like", new CountWeights.Action(0.5f, 1, Map.of("item.1d.like", 2f)));
    actions.put("hide", new CountWeights.Action(1, 0, Map.of()));
    return new CountedRanking(tables, new CountWeights(tables.features(), actions));
  }

  private Evaluation evaluation(FeedLog log, CountedRanking counts) {
    Path model = folder.resolve("model");
    ModelWriter.writeRandom(model, TestLogs.smallModel(ITEMS), 5);
    try (ServingModel serving = ServingModel.load(model, EngineOptions.cpu())) {
      return Evaluator.evaluate(
          log,
          holdout(log),
          serving,
          EvaluationOptions.test(EvaluationProgress.none()),
          PageRule.NONE,
          counts);
    }
  }

  /** Counts logs that end where a day begins, so that no later label can be in a table. */
  @Test
  void run_anyDay_ranksByTablesOfALogThatEndsBefore() {
    FeedLog log = log(Instant.MAX);
    CountedRanking counts = counts(log);
    Evaluation evaluation = evaluation(log, counts);
    RefreshResult result = RefreshStudy.run(log, holdout(log), evaluation.predictions(), counts);

    Predictions all = evaluation.predictions();
    CountsBaseline baseline = CountsBaseline.of(log, holdout(log));
    float[] likes = new float[all.impressions()];
    float[] rates = new float[likes.length];
    for (int day = 0; day < result.days(); day++) {
      Instant begin = TEST.plus(Duration.ofDays(day));
      FeedLog before = log(begin);
      CountTables tables = CountBuilder.recount(before, begin, counts.tables(), log.catalogue());
      CountsBaseline recounted = baseline.recounted(before, begin);
      for (int i = 0; i < likes.length; i++) {
        if (Duration.between(TEST, Instant.ofEpochMilli(all.times()[i])).toDays() == day) {
          int[] item = {all.items()[i]};
          float[] both = {all.plainProbabilities(0)[i], all.plainProbabilities(1)[i]};
          CountQuery query = tables.query(log, all.users()[i], all.histories()[i], 0);
          counts.with(tables).apply(query, item, both);
          likes[i] = both[0];
          rates[i] = recounted.probabilities(all.users()[i], 0, item)[0];
        }
      }
    }

    assertThat(result.days()).isEqualTo(3);
    RefreshResult.Row row = result.rows().get(0);
    double auc = BinaryMetrics.auc(likes, all.labels(0));
    assertThat(row.model().auc()).isEqualTo(auc);
    assertThat(row.baseline().auc()).isEqualTo(BinaryMetrics.auc(rates, all.labels(0)));
    double fixed = evaluation.ranking().actions().get(0).model().auc();
    assertThat(auc).as("yesterday's popularity is a better guess").isGreaterThan(fixed + 0.05);
    assertThat(row.overFixed().auc().difference()).isCloseTo(auc - fixed, within(1e-9));
    assertThat(row.overBaseline().auc().difference())
        .isCloseTo(auc - row.baseline().auc(), within(1e-9));
    assertThat(result.toJson().at("/auc_by_action/like/model").asDouble()).isEqualTo(auc);
    assertThat(result.toJson().at("/gauc_over_baseline/like/lower").isNumber()).isTrue();
    assertThat(result.toTable()).contains("3 days", "like").doesNotContain("hide");
  }

  /**
   * A feedview of the evening before the test part gets its label on the morning after, so it
   * belongs to the test part. Tables that end where the test part begins count the night, which
   * was not known in the evening.
   */
  @Test
  void run_feedviewShownBeforeTheTestPart_isRankedByTablesThatEndBeforeIt() {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    long evening = TEST.minus(Duration.ofHours(4)).toEpochMilli();
    for (int u = 0; u < 20; u++) {
      builder.user("u" + u);
      builder.action(u, TestLogs.LIKE, 0, BEGIN.toEpochMilli());
      for (int day = 1; day < 9; day++) {
        long time = BEGIN.plus(Duration.ofDays(day)).toEpochMilli();
        builder.view(0, time).impression(day, TestLogs.LIKE);
        builder.action(day, TestLogs.LIKE, 0, time);
      }
      boolean judged = u == 0;
      long shown = judged ? evening : evening + 3_600_000;
      builder.view(0, shown).impression(20, TestLogs.LIKE).impression(21, 0);
      builder.action(20, TestLogs.LIKE, 0, judged ? TEST.toEpochMilli() : shown);
    }
    FeedLog log = builder.build();
    CountedRanking counts = counts(log);
    Predictions predictions = evaluation(log, counts).predictions();
    assertThat(predictions.times()).as("the feedview of the evening").containsOnly(evening);

    RefreshResult result = RefreshStudy.run(log, holdout(log), predictions, counts);

    Instant known = TEST.minus(Duration.ofDays(1));
    CountTables tables = CountBuilder.recount(log, known, counts.tables(), log.catalogue());
    float[] shown = new float[4];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = predictions.plainShownProbabilities(i % 2)[i / 2];
    }
    CountQuery query = tables.query(log, 0, predictions.histories()[0], 0);
    counts.with(tables).apply(query, new int[] {20, 21}, shown);
    assertThat(result.days()).isEqualTo(1);
    assertThat(result.rows().get(0).model().calibrationError())
        .isCloseTo((1 - shown[0] + shown[2]) / 2.0, within(1e-6));
  }

  @Test
  void run_logThatIsNotSplitByTime_isRefused() {
    FeedLog log = log(Instant.MAX);
    CountedRanking counts = counts(log);
    Predictions predictions = evaluation(log, counts).predictions();
    Holdout last = Holdout.leaveLast(log, 1);
    assertThatThrownBy(() -> RefreshStudy.run(log, last, predictions, counts))
        .isInstanceOf(CountsException.class)
        .hasMessage("a log that is split by time expected for refreshed counts, got LEAVE_LAST");
  }
}
