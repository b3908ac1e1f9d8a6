package io.unipin.evaluate.study;

import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountQuery;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountedRanking;
import io.unipin.counts.CountsException;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.evaluate.Predictions;
import io.unipin.evaluate.Predictions.Request;
import io.unipin.evaluate.RankingRow;
import io.unipin.evaluate.SlateGroups;
import io.unipin.evaluate.baseline.CountsBaseline;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Protocol;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures ranking with counts that are refreshed daily, as {@code ReloadCounts} refreshes them in a
 * server.
 *
 * <p>The days of the test part begin where the part begins, and last 24 hours. Before each day, the
 * tables of the model and those of {@link CountsBaseline} are counted anew, from everything before
 * the day. Impressions of the day are then ranked with these tables. The weights of both stay as
 * they were fitted to the validation part.
 *
 * <p>A feedview belongs to the test part if it got a label there, even if it was shown earlier. Such
 * a feedview is ranked with the tables of the day on which it was shown. Not thread-safe.
 */
public final class RefreshStudy {
  private static final long DAY_MS = Duration.ofDays(1).toMillis();

  private final FeedLog log;
  private final Predictions predictions;
  private final CountedRanking counts;
  private final CountsBaseline baseline;
  private final long beginMs;

  /** (impressions) catalogue rows. */
  private final int[] items;

  /** (actions, impressions) the model's probabilities that rank the impressions. */
  private final float[][] ranking;

  /** (actions, impressions) the model's probabilities at the positions of the impressions. */
  private final float[][] shown;

  /** (actions, impressions) probabilities of the baseline. */
  private final float[][] counted;

  private RefreshStudy(
      FeedLog log, Holdout holdout, Predictions predictions, CountedRanking counts) {
    this.log = log;
    this.predictions = predictions;
    this.counts = counts;
    this.baseline = CountsBaseline.of(log, holdout);
    this.beginMs = holdout.begins(Part.TEST);
    this.items = predictions.items();
    int actions = predictions.actions();
    this.ranking = new float[actions][];
    this.shown = new float[actions][];
    this.counted = new float[actions][predictions.impressions()];
    for (int c = 0; c < actions; c++) {
      ranking[c] = predictions.plainProbabilities(c);
      shown[c] = predictions.plainShownProbabilities(c);
    }
  }

  /**
   * Runs the study.
   *
   * @param predictions predictions for the test part of {@code log}, by a model with {@code counts}
   * @throws CountsException if the log is not split by time
   */
  public static RefreshResult run(
      FeedLog log, Holdout holdout, Predictions predictions, CountedRanking counts) {
    if (holdout.protocol() != Protocol.TIME_SPLIT) {
      throw new CountsException(
          "a log that is split by time expected for refreshed counts, got " + holdout.protocol());
    }
    return new RefreshStudy(log, holdout, predictions, counts).run();
  }

  private RefreshResult run() {
    Map<Integer, List<Request>> days = new TreeMap<>();
    for (Request request : predictions.requests()) {
      days.computeIfAbsent(day(request.timeMs()), unseen -> new ArrayList<>()).add(request);
    }
    days.forEach(this::rank);
    SlateGroups groups = predictions.groups();
    List<String> names = log.schema().actions();
    List<RefreshResult.Row> rows = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      rows.add(row(names.get(c), c, groups));
    }
    return new RefreshResult(days.size(), rows);
  }

  /** Returns the number of a day; the first day of the test part has the number 0. */
  private int day(long timeMs) {
    return Math.toIntExact(Math.floorDiv(timeMs - beginMs, DAY_MS));
  }

  private void rank(int day, List<Request> requests) {
    Instant begin = Instant.ofEpochMilli(beginMs + day * DAY_MS);
    CountTables tables = CountBuilder.recount(log, begin, counts.tables(), log.catalogue());
    CountedRanking model = counts.with(tables);
    CountsBaseline rates = baseline.recounted(log, begin);
    requests.forEach(request -> rank(request, model, rates));
  }

  private void rank(Request asked, CountedRanking model, CountsBaseline rates) {
    int[] slate = Arrays.copyOfRange(items, asked.from(), asked.to());
    CountQuery query = model.tables().query(log, asked.user(), asked.history(), asked.surface());
    for (float[][] all : List.of(ranking, shown)) {
      float[] changed = ofRequest(all, asked);
      model.apply(query, slate, changed);
      put(changed, asked, all);
    }
    put(rates.probabilities(asked.user(), asked.surface(), slate), asked, counted);
  }

  /** Returns the probabilities (impressions, actions) of one request. */
  private static float[] ofRequest(float[][] all, Request asked) {
    float[] some = new float[(asked.to() - asked.from()) * all.length];
    for (int i = 0; i < some.length; i++) {
      some[i] = all[i % all.length][asked.from() + i / all.length];
    }
    return some;
  }

  private static void put(float[] some, Request asked, float[][] all) {
    for (int i = 0; i < some.length; i++) {
      all[i % all.length][asked.from() + i / all.length] = some[i];
    }
  }

  private RefreshResult.Row row(String action, int c, SlateGroups groups) {
    boolean[] labels = predictions.labels(c);
    float[] fixed = predictions.probabilities(c);
    int[] users = groups.users();
    return new RefreshResult.Row(
        action,
        RankingRow.ofProbabilities(ranking[c], shown[c], labels, groups),
        RankingRow.ofProbabilities(counted[c], counted[c], labels, groups),
        new RefreshResult.Gain(
            PairedBootstrap.auc(ranking[c], fixed, labels, users),
            PairedBootstrap.gauc(ranking[c], fixed, labels, users)),
        new RefreshResult.Gain(
            PairedBootstrap.auc(ranking[c], counted[c], labels, users),
            PairedBootstrap.gauc(ranking[c], counted[c], labels, users)));
  }
}
