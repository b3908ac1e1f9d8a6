package io.unipin.evaluate.study;

import io.unipin.evaluate.HistoryEncoder;
import io.unipin.evaluate.ItemScores;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.kvcache.KvLease;
import io.unipin.model.QueryMerge;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TargetOffsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Measures how much recall retrieval gains from queries for one outcome, and how much it gains from
 * several queries per user.
 *
 * <p>The study encodes all of a user's actions before the test part, and retrieves lists of {@link
 * #LIST} unseen items. It then measures recall per action. Recall is the share of the user's test
 * items with this action that are in the list.
 *
 * <p>One list comes from a query without an outcome, and one list per action comes from a query for
 * that action. One more list of equal length is shared by queries of all {@link TargetOffsets}. A
 * query is dropped if it nearly equals an earlier query.
 */
public final class QueryStudy {
  /** Number of items in a list. */
  public static final int LIST = 50;

  private final FeedLog log;
  private final Holdout holdout;
  private final ServingModel model;
  private final ItemScores items;
  private final int actions;
  private final List<UserRecall> users = new ArrayList<>();

  /**
   * Recall of one user.
   *
   * @param asked (1 + actions, actions) recall by list and action. Row 0 belongs to the list
   *     without an outcome, and row 1 + a to the list for action a. Column c is the recall of the
   *     test items that got action c; NaN if there is no such item
   * @param one recall of all positive items by one query
   * @param several recall of all positive items by several queries
   */
  private record UserRecall(double[][] asked, double one, double several) {}

  private QueryStudy(FeedLog log, Holdout holdout, ServingModel model) {
    this.log = log;
    this.holdout = holdout;
    this.model = model;
    this.items =
        new ItemScores(model.itemVectors(), model.config().items(), model.config().itemDim());
    this.actions = log.schema().actions().size();
  }

  /**
   * Studies the log's first {@code maxUsers} users that have unseen positive items in the test
   * split.
   */
  public static QueryStudyResult run(
      FeedLog log, Holdout holdout, ServingModel model, int maxUsers) {
    QueryStudy study = new QueryStudy(log, holdout, model);
    try (HistoryEncoder encoder = new HistoryEncoder(log, model)) {
      for (int user = 0; user < log.users() && study.users.size() < maxUsers; user++) {
        if (holdout.validationEnd(user) > 0 && study.positives(user, -1).length > 0) {
          study.users.add(study.study(user, encoder));
        }
      }
    }
    return study.result();
  }

  private UserRecall study(int user, HistoryEncoder encoder) {
    float[][] outcomes = new float[1 + actions + TargetOffsets.COUNT - 1][actions];
    int[] offsets = new int[outcomes.length];
    for (int c = 0; c < actions; c++) {
      outcomes[1 + c][c] = 1;
    }
    for (int offset = 1; offset < TargetOffsets.COUNT; offset++) {
      offsets[actions + offset] = offset;
    }
    int history = holdout.validationEnd(user);
    float[] queries;
    int surface = log.actionSurfaces()[log.actionStart(user) + history - 1];
    try (KvLease lease = encoder.encode(user, history)) {
      RequestContext context = new RequestContext(surface, GapBuckets.UNKNOWN);
      queries = model.queries(lease.state(), context, outcomes, offsets);
    }
    encoder.forget(user);
    long[][] lists = lists(user, queries, outcomes.length);
    double[][] asked = new double[1 + actions][actions];
    for (int o = 0; o <= actions; o++) {
      for (int c = 0; c < actions; c++) {
        asked[o][c] = recall(lists[o], positives(user, c));
      }
    }
    long[] any = positives(user, -1);
    return new UserRecall(asked, recall(lists[0], any), recall(several(queries, lists), any));
  }

  private long[] several(float[] queries, long[][] lists) {
    int dim = model.config().itemDim();
    int[] ahead =
        IntStream.range(0, TargetOffsets.COUNT).map(o -> o == 0 ? 0 : actions + o).toArray();
    float[] vectors = new float[ahead.length * dim];
    for (int q = 0; q < ahead.length; q++) {
      System.arraycopy(queries, ahead[q] * dim, vectors, q * dim, dim);
    }
    double[] shares = new double[ahead.length];
    Arrays.fill(shares, 1);
    int[] kept = QueryMerge.distinct(vectors, shares);
    long[][] found = Arrays.stream(kept).mapToObj(q -> lists[ahead[q]]).toArray(long[][]::new);
    return QueryMerge.merge(found, Arrays.stream(kept).mapToDouble(q -> shares[q]).toArray(), LIST);
  }

  /** Returns the best unseen items of each query as catalogue rows, best first. */
  private long[][] lists(int user, float[] queries, int count) {
    int dim = model.config().itemDim();
    float[][] each = new float[count][];
    for (int q = 0; q < count; q++) {
      each[q] = Arrays.copyOfRange(queries, q * dim, (q + 1) * dim);
    }
    Set<Integer> seen = seen(user);
    return Arrays.stream(items.of(each)).map(scores -> best(scores, seen)).toArray(long[][]::new);
  }

  private static long[] best(float[] scores, Set<Integer> seen) {
    return IntStream.range(0, scores.length)
        .filter(item -> !seen.contains(item))
        .boxed()
        .sorted((a, b) -> Float.compare(scores[b], scores[a]))
        .limit(LIST)
        .mapToLong(Integer::longValue)
        .toArray();
  }

  private Set<Integer> seen(int user) {
    Set<Integer> seen = new HashSet<>();
    int start = log.actionStart(user);
    for (int i = start; i < start + holdout.validationEnd(user); i++) {
      seen.add(log.actionItems()[i]);
    }
    return seen;
  }

  /**
   * Returns the catalogue rows of unseen items that get an action in the test split. An
   * {@code action} of −1 stands for any positive action.
   */
  private long[] positives(int user, int action) {
    long wanted = action < 0 ? log.schema().positiveBits() : 1L << action;
    Set<Integer> seen = seen(user);
    return IntStream.range(
            log.actionStart(user) + holdout.validationEnd(user), log.actionStart(user + 1))
        .filter(i -> (log.actionBits()[i] & wanted) != 0)
        .map(i -> log.actionItems()[i])
        .filter(item -> !seen.contains(item))
        .distinct()
        .mapToLong(item -> item)
        .toArray();
  }

  private static double recall(long[] list, long[] wanted) {
    Set<Long> retrieved = new HashSet<>();
    Arrays.stream(list).forEach(retrieved::add);
    return Arrays.stream(wanted)
        .mapToDouble(w -> retrieved.contains(w) ? 1 : 0)
        .average()
        .orElse(Double.NaN);
  }

  private QueryStudyResult result() {
    double[][] recall = new double[1 + actions][actions];
    List<PairedBootstrap.Difference> gains = new ArrayList<>();
    for (int c = 0; c < actions; c++) {
      int action = c;
      List<UserRecall> with =
          users.stream().filter(user -> !Double.isNaN(user.asked()[0][action])).toList();
      for (int o = 0; o <= actions; o++) {
        int asked = o;
        recall[o][c] =
            with.stream().mapToDouble(u -> u.asked()[asked][action]).average().orElse(Double.NaN);
      }
      gains.add(
          PairedBootstrap.mean(
              with.stream().mapToDouble(u -> u.asked()[1 + action][action]).toArray(),
              with.stream().mapToDouble(u -> u.asked()[0][action]).toArray()));
    }
    double[] one = users.stream().mapToDouble(UserRecall::one).toArray();
    double[] several = users.stream().mapToDouble(UserRecall::several).toArray();
    return new QueryStudyResult(
        log.schema().actions(),
        users.size(),
        recall,
        gains,
        Arrays.stream(one).average().orElse(Double.NaN),
        Arrays.stream(several).average().orElse(Double.NaN),
        PairedBootstrap.mean(several, one));
  }
}
