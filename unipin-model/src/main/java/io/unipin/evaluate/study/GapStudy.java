package io.unipin.evaluate.study;

import io.unipin.evaluate.HistoryEncoder;
import io.unipin.evaluate.SlateInput;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import io.unipin.kvcache.KvLease;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.RequestContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Compares two things for a given gap since a user's last action: the model's predictions, and what
 * users did after gaps of about this length.
 *
 * <p>For every gap the study predicts the actions on the held-out slates whose gaps are most
 * similar to this gap. It widens a range of gap buckets in both directions until the range holds
 * {@link #LEAST} slates. If the range then holds more than {@link #MOST} slates, the study takes
 * {@link #MOST} of them, evenly spread. Not thread-safe.
 */
public final class GapStudy {
  public static final int LEAST = 200;
  public static final int MOST = 1000;

  private final FeedLog log;
  private final ServingModel model;
  private final Slates slates;
  private final String oracle;
  private final List<Asked> all = new ArrayList<>();

  /** A held-out slate and its user's row. */
  private record Asked(int user, Slate slate) {}

  private GapStudy(FeedLog log, Holdout holdout, ServingModel model, String oracle) {
    this.log = log;
    this.model = model;
    this.slates = new Slates(log, holdout);
    this.oracle = oracle;
    for (int user = 0; user < log.users(); user++) {
      for (Slate slate : slates.of(user)) {
        if (slate.part() == Part.TEST && slate.history() > 0) {
          all.add(new Asked(user, slate));
        }
      }
    }
  }

  /**
   * Runs the study on the test split.
   *
   * @param seconds gaps for which the model predicts, in seconds
   * @param oracle name of an action; the log's oracle states the probability of this action for a
   *     user who looks at the impression; empty to leave the oracle out
   */
  public static GapStudyResult run(
      FeedLog log, Holdout holdout, ServingModel model, List<Long> seconds, String oracle) {
    GapStudy study = new GapStudy(log, holdout, model, oracle);
    List<GapStudyResult.Row> rows = new ArrayList<>();
    try (HistoryEncoder encoder = new HistoryEncoder(log, model)) {
      for (long gap : seconds) {
        rows.add(study.row(gap, encoder));
      }
    }
    return new GapStudyResult(log.schema().actions(), oracle, rows);
  }

  private List<Asked> alike(int bucket) {
    List<Asked> sorted =
        all.stream().sorted(Comparator.comparingInt(asked -> distance(asked, bucket))).toList();
    if (sorted.size() <= LEAST) {
      return sorted;
    }
    int farthest = distance(sorted.get(LEAST - 1), bucket);
    List<Asked> near =
        sorted.stream().filter(asked -> distance(asked, bucket) <= farthest).toList();
    int count = Math.min(MOST, near.size());
    return IntStream.range(0, count)
        .mapToObj(i -> near.get((int) ((long) i * near.size() / count)))
        .sorted(Comparator.comparingInt(Asked::user))
        .toList();
  }

  private static int distance(Asked asked, int bucket) {
    return Math.abs(asked.slate().gap() - bucket);
  }

  private GapStudyResult.Row row(long seconds, HistoryEncoder encoder) {
    int bucket = GapBuckets.of(0, 1000 * seconds);
    int actions = log.schema().actions().size();
    double[] predicted = new double[actions];
    double[] observed = new double[actions];
    double[] first = new double[2];
    int impressions = 0;
    List<Asked> alike = alike(bucket);
    for (Asked asked : alike) {
      Slate slate = asked.slate();
      try (KvLease lease = encoder.encode(asked.user(), slate.history())) {
        float[] shown = score(lease, slate, bucket, SlateInput.positions(slates, slate));
        for (int i = 0; i < shown.length; i++) {
          predicted[i % actions] += shown[i];
          observed[i % actions] += slates.bits()[slate.from() + i / actions] >>> i % actions & 1;
        }
        if (!oracle.isEmpty()) {
          first(score(lease, slate, bucket, new int[1]), slate, first);
        }
      }
      impressions += slate.size();
      encoder.forget(asked.user());
    }
    return new GapStudyResult.Row(
        seconds,
        alike.size(),
        shares(predicted, impressions),
        shares(observed, impressions),
        oracle.isEmpty() ? List.of() : shares(first, impressions));
  }

  /**
   * Adds a slate to two sums: the predicted probabilities of the oracle's action at the first
   * position, and the oracle's own probabilities.
   */
  private void first(float[] probabilities, Slate slate, double[] sums) {
    int actions = log.schema().actions().size();
    int action = log.schema().actions().indexOf(oracle);
    for (int k = 0; k < slate.size(); k++) {
      sums[0] += probabilities[k * actions + action];
      sums[1] += log.impressionOracle()[slate.from() + k];
    }
  }

  private static List<Double> shares(double[] sums, int impressions) {
    return Arrays.stream(sums).map(sum -> sum / impressions).boxed().toList();
  }

  private float[] score(KvLease lease, Slate slate, int bucket, int[] positions) {
    return model.score(
        lease.kv(),
        lease.rows(),
        Arrays.copyOfRange(slates.items(), slate.from(), slate.to()),
        new RequestContext(slate.surface(), bucket),
        positions);
  }
}
