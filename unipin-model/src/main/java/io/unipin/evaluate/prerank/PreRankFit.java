package io.unipin.evaluate.prerank;

import io.unipin.evaluate.page.PageCandidates;
import io.unipin.evaluate.page.PageFit;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.ServingModel;
import io.unipin.model.features.PageOrder;
import io.unipin.prerank.CandidateFeatures;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.FollowTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Fits the weights by which pre-ranking orders candidates: those that make the held-out targets
 * most likely among the {@link #POOL} nearest items and the followers of the user's last positive
 * items. The loss is that of {@link PageFit}, with features in place of probabilities.
 *
 * <p>Pre-ranking must not lose more targets than retrieval's own order does. The weights are
 * therefore judged on users who had no part in the fit. The users are halved, and the weights for
 * each half come from the other half. The order of retrieval is kept if it ranks more targets among
 * the best fifth of their candidates than the weights do. Otherwise the weights are fitted once
 * more, on all users.
 */
public final class PreRankFit {
  /** Largest number of nearest items among which targets are sought. */
  static final int POOL = 1000;

  /** Largest number of users to which the weights are fitted. */
  private static final int USERS = 2000;

  /** If the memory does not suffice for so many users, pools get smaller before users get fewer. */
  private static final int FEWEST_USERS = 200;

  /** Smallest number of nearest items of a pool. */
  private static final int FEWEST_NEAREST = 50;

  /** Largest number of values of features in memory. */
  private static final int MOST_VALUES = 1 << 25;

  /** Pre-ranking keeps one of this many candidates while the weights are judged. */
  private static final int FACTOR = 5;

  private PreRankFit() {}

  /**
   * Fits the weights to the targets of a log's validation split. Empty if the candidates hold fewer
   * than {@link PageFit#LEAST_TARGETS} of the targets.
   *
   * @param seed seed of the sample of users
   */
  public static Optional<FittedPreRank> fit(
      FeedLog log,
      Holdout holdout,
      ServingModel model,
      CandidateFeatures features,
      FollowTable follows,
      long seed) {
    PoolSearch.Size size = size(features.names().size());
    List<Pool> pools = new ArrayList<>();
    try (PoolSearch search =
        new PoolSearch(log, holdout, model, Part.VALIDATION, features, follows, size)) {
      for (int user : search.users(users(size, features.names().size()), seed)) {
        search.visit(user, (target, pool, score) -> pools.add(pool));
      }
    }
    return fit(pools, features.names());
  }

  /** Returns the size of the pools of candidates that have this many features. */
  static PoolSearch.Size size(int features) {
    int room = MOST_VALUES / FEWEST_USERS / features - FollowTable.MOST;
    return new PoolSearch.Size(Math.max(FEWEST_NEAREST, Math.min(POOL, room)), FollowTable.MOST);
  }

  /** Returns the largest number of users whose pools fit into memory. */
  static int users(PoolSearch.Size size, int features) {
    return Math.max(1, Math.min(USERS, MOST_VALUES / (size.most() * features)));
  }

  /**
   * Returns the weights. Empty if the pools hold fewer than {@link PageFit#LEAST_TARGETS} targets.
   */
  static Optional<FittedPreRank> fit(List<Pool> pools, List<String> names) {
    List<Pool> found = pools.stream().filter(Pool::findsTarget).toList();
    if (found.size() < PageFit.LEAST_TARGETS) {
      return Optional.empty();
    }
    float[] means = means(found, names.size());
    List<PageCandidates> lists = found.stream().map(pool -> list(pool, means)).toList();
    float[] retrieval = new float[1 + names.size()];
    retrieval[0] = 1;
    double alone = kept(lists, retrieval) / lists.size();
    double kept = 0;
    for (int half = 0; half < 2; half++) {
      float[] weights = PageFit.weights(half(lists, 1 - half), names.size());
      kept += kept(half(lists, half), weights) / lists.size();
    }
    boolean helps = kept >= alone;
    float[] weights = helps ? PageFit.weights(lists, names.size()) : retrieval;
    int most = found.stream().mapToInt(Pool::size).max().orElse(0);
    return Optional.of(
        new FittedPreRank(
            FittedPreRank.VERSION,
            weights[0],
            features(names, weights, means),
            found.size(),
            most,
            Math.max(1, most / FACTOR),
            Math.min(1, alone),
            Math.min(1, helps ? kept : alone)));
  }

  private static List<FittedPreRank.Feature> features(
      List<String> names, float[] weights, float[] means) {
    return IntStream.range(0, names.size())
        .mapToObj(f -> new FittedPreRank.Feature(names.get(f), weights[1 + f], means[f]))
        .toList();
  }

  /** Returns the mean of each feature over all candidates for which it is known. */
  private static float[] means(List<Pool> pools, int width) {
    double[] sums = new double[width];
    long[] counts = new long[width];
    for (Pool pool : pools) {
      for (int i = 0; i < pool.features().length; i++) {
        if (!Float.isNaN(pool.features()[i])) {
          sums[i % width] += pool.features()[i];
          counts[i % width]++;
        }
      }
    }
    float[] means = new float[width];
    for (int f = 0; f < width; f++) {
      means[f] = counts[f] == 0 ? 0 : (float) (sums[f] / counts[f]);
    }
    return means;
  }

  /** Returns a pool in which the means take the place of unknown values. */
  private static PageCandidates list(Pool pool, float[] means) {
    float[] known = pool.features().clone();
    for (int i = 0; i < known.length; i++) {
      known[i] = Float.isNaN(known[i]) ? means[i % means.length] : known[i];
    }
    return new PageCandidates(pool.ids(), pool.dots(), known, pool.target());
  }

  private static List<PageCandidates> half(List<PageCandidates> all, int half) {
    return IntStream.range(0, all.size()).filter(i -> i % 2 == half).mapToObj(all::get).toList();
  }

  /** Returns the number of targets that are among the best fifth of their candidates. */
  private static double kept(List<PageCandidates> lists, float[] weights) {
    PageOrder order = PageOrder.of(weights[0], Arrays.copyOfRange(weights, 1, weights.length));
    return lists.stream()
        .filter(list -> list.place(order) <= Math.max(1, list.ids().length / FACTOR))
        .count();
  }
}
