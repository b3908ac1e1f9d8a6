package io.unipin.benchmarks.kvcache;

import io.unipin.evaluate.BinaryMetrics;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.HistoryEncoder;
import io.unipin.evaluate.ItemScores;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.evaluate.Predictions;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvType;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.RequestContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The quality that a type of keys and values loses, compared with float32. Positive numbers mean
 * worse quality.
 *
 * @param ndcg10Loss relative loss of NDCG@10 in retrieval; each user's NDCG@10 is a mean over the
 *     seeds
 * @param ndcg10LossBound upper bound of this loss: in 97.5 % of the resamples of the users, the
 *     loss lies below the bound
 * @param aucLoss loss of AUC in ranking, for the action that loses most; mean over the seeds
 * @param aucLossBound largest upper end of the 95 % intervals of the AUC's loss, over all seeds and
 *     actions
 * @param top10Overlap share of the first ten retrieved items that both types have in common
 */
public record KvTypeCost(
    double ndcg10Loss,
    double ndcg10LossBound,
    double aucLoss,
    double aucLossBound,
    double top10Overlap) {
  private static final int TOP = 10;
  private static final int OVERLAP_USERS = 300;

  /**
   * The minimum number of positive and of negative examples of an action. With fewer examples the
   * AUC of the action means little, so the action is left out.
   */
  private static final int MIN_POSITIVES = 100;

  /** Measures types on the test split of a log, with models of one recipe and several seeds. */
  public static Map<KvType, KvTypeCost> of(
      FeedLog log,
      Holdout holdout,
      List<ServingModel> seeds,
      List<KvType> types,
      EvaluationOptions options) {
    List<Evaluation> exact = new ArrayList<>();
    for (ServingModel model : seeds) {
      exact.add(Evaluator.evaluate(log, holdout, model, options));
    }
    Map<KvType, KvTypeCost> costs = new EnumMap<>(KvType.class);
    for (KvType type : types) {
      List<Evaluation> rounded = new ArrayList<>();
      for (ServingModel model : seeds) {
        rounded.add(Evaluator.evaluate(log, holdout, model, options.withKvType(type)));
      }
      double overlap =
          seeds.stream().mapToDouble(m -> overlap(log, holdout, m, type)).average().orElseThrow();
      costs.put(type, of(exact, rounded, overlap));
    }
    return costs;
  }

  private static KvTypeCost of(List<Evaluation> exact, List<Evaluation> rounded, double overlap) {
    double[] before = gains(exact);
    PairedBootstrap.Difference ndcg = PairedBootstrap.mean(before, gains(rounded));
    double ndcgBefore = Arrays.stream(before).average().orElseThrow();
    double aucLoss = 0;
    double aucBound = 0;
    for (int seed = 0; seed < exact.size(); seed++) {
      double[] worst = aucLoss(exact.get(seed).predictions(), rounded.get(seed).predictions());
      aucLoss += worst[0] / exact.size();
      aucBound = Math.max(aucBound, worst[1]);
    }
    return new KvTypeCost(
        ndcg.difference() / ndcgBefore, ndcg.upper() / ndcgBefore, aucLoss, aucBound, overlap);
  }

  /**
   * Returns the NDCG@10 of each user, averaged over the seeds: an array of shape (users). All seeds
   * have the same targets.
   */
  private static double[] gains(List<Evaluation> seeds) {
    double[] mean = new double[seeds.get(0).retrieval().model().users()];
    for (Evaluation seed : seeds) {
      double[] gains = seed.retrieval().model().gains(TOP);
      Arrays.setAll(mean, user -> mean[user] + gains[user] / seeds.size());
    }
    return mean;
  }

  /**
   * Returns two numbers: the largest loss of AUC over the actions, and the largest upper end of the
   * actions' intervals.
   */
  private static double[] aucLoss(Predictions exact, Predictions rounded) {
    double[] worst = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
    for (int action = 0; action < exact.actions(); action++) {
      boolean[] labels = exact.labels(action);
      long positives = IntStream.range(0, labels.length).filter(i -> labels[i]).count();
      if (positives >= MIN_POSITIVES && labels.length - positives >= MIN_POSITIVES) {
        float[] before = exact.probabilities(action);
        PairedBootstrap.Difference difference =
            PairedBootstrap.auc(before, rounded.probabilities(action), labels, exact.users());
        double auc = BinaryMetrics.auc(before, labels);
        worst[0] = Math.max(worst[0], difference.difference() / auc);
        worst[1] = Math.max(worst[1], difference.upper() / auc);
      }
    }
    return worst;
  }

  private static double overlap(FeedLog log, Holdout holdout, ServingModel model, KvType type) {
    int[] users =
        IntStream.range(0, log.users()).filter(holdout::holdsOut).limit(OVERLAP_USERS).toArray();
    ItemScores items =
        new ItemScores(model.itemVectors(), model.config().items(), model.config().itemDim());
    double shared = 0;
    for (int user : users) {
      int history = holdout.validationEnd(user);
      Set<Integer> first = new HashSet<>(top(log, model, items, user, history, KvType.FLOAT32));
      first.retainAll(top(log, model, items, user, history, type));
      shared += (double) first.size() / TOP;
    }
    return shared / users.length;
  }

  private static List<Integer> top(
      FeedLog log, ServingModel model, ItemScores items, int user, int history, KvType type) {
    try (HistoryEncoder encoder = new HistoryEncoder(log, model, type);
        KvLease lease = encoder.encode(user, history)) {
      float[] query =
          model.queries(
              lease.state(),
              new RequestContext(0, GapBuckets.UNKNOWN),
              new float[1][log.schema().actions().size()]);
      float[] scores = items.of(new float[][] {query})[0];
      return IntStream.range(0, scores.length)
          .boxed()
          .sorted((a, b) -> Float.compare(scores[b], scores[a]))
          .limit(TOP)
          .toList();
    }
  }
}
