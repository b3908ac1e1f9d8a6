package io.unipin.evaluate.prerank;

import io.unipin.counts.UserPositives;
import io.unipin.evaluate.HistoryEncoder;
import io.unipin.evaluate.ItemScores;
import io.unipin.evaluate.TargetRank;
import io.unipin.evaluate.heldout.RetrievalTarget;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.kvcache.KvLease;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.RequestContext;
import io.unipin.prerank.Asked;
import io.unipin.prerank.CandidateFeatures;
import io.unipin.prerank.FollowTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Finds the candidates from which pre-ranking chooses, for the targets of a held-out part. The
 * query knows the surface of the target's action, but neither the action nor its time. Ages of items
 * are taken at the user's last action before the target. Not thread-safe.
 */
final class PoolSearch implements AutoCloseable {
  private final FeedLog log;
  private final Holdout holdout;
  private final ServingModel model;
  private final Part part;
  private final CandidateFeatures features;
  private final FollowTable follows;
  private final Size size;
  private final ItemScores items;
  private final HistoryEncoder encoder;

  /**
   * The size of a pool.
   *
   * @param nearest largest number of nearest items
   * @param followers largest number of followers
   */
  record Size(int nearest, int followers) {
    int most() {
      return nearest + followers;
    }
  }

  /** Receives the pool of a user. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Visits a pool.
     *
     * @param target the target that is sought in the pool
     * @param score returns the model's probabilities (rows, actions) of catalogue rows, without
     *     counts; only valid during the visit
     */
    void visit(RetrievalTarget target, Pool pool, Function<int[], float[]> score);
  }

  PoolSearch(
      FeedLog log,
      Holdout holdout,
      ServingModel model,
      Part part,
      CandidateFeatures features,
      FollowTable follows,
      Size size) {
    this.log = log;
    this.holdout = holdout;
    this.model = model;
    this.part = part;
    this.features = features;
    this.follows = follows;
    this.size = size;
    this.items =
        new ItemScores(model.itemVectors(), model.config().items(), model.config().itemDim());
    this.encoder = new HistoryEncoder(log, model);
  }

  /**
   * Returns the rows of the users that have a target in the part, ascending. If there are more than
   * {@code most}, returns a random sample of them.
   */
  int[] users(int most, long seed) {
    List<Integer> users = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      if (target(user) >= 0) {
        users.add(user);
      }
    }
    if (users.size() > most) {
      Collections.shuffle(users, new Random(seed));
      users = users.subList(0, most);
    }
    return users.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /**
   * Returns the action of a user's target; -1 if the user has no target that retrieval could find.
   */
  private int target(int user) {
    int action = RetrievalTarget.find(log, holdout, user, part);
    if (action < 0) {
      return -1;
    }
    RetrievalTarget target = RetrievalTarget.of(log, user, action);
    boolean leftOut = part != Part.TEST && holdout.withheld().contains(target.item());
    return leftOut || target.isRepeat() ? -1 : action;
  }

  /** Finds the pool of one of {@link #users}. */
  void visit(int user, Visitor visitor) {
    RetrievalTarget target = RetrievalTarget.of(log, user, target(user));
    RequestContext context = new RequestContext(target.surface(), GapBuckets.UNKNOWN);
    try (KvLease lease = encoder.encode(user, target.history())) {
      float[][] outcomes = new float[1][log.schema().actions().size()];
      float[] query = model.queries(lease.state(), context, outcomes);
      float[] scores = items.of(new float[][] {query})[0];
      visitor.visit(
          target,
          pool(user, target, scores),
          rows -> model.score(lease.kv(), lease.rows(), rows, context));
    }
    encoder.forget(user);
  }

  private Pool pool(int user, RetrievalTarget target, float[] scores) {
    Asked asked = asked(user, target);
    int[] nearest = TargetRank.first(scores, target.seen(), log.catalogue(), size.nearest());
    int[] followers =
        size.followers() == 0
            ? new int[0]
            : Arrays.stream(follows.of(asked.positives()).best(Integer.MAX_VALUE))
                .filter(row -> Arrays.binarySearch(target.seen(), row) < 0)
                .limit(size.followers())
                .toArray();
    int[] rows = Arrays.copyOf(nearest, nearest.length + followers.length);
    int count = nearest.length;
    int[] at = new int[followers.length];
    for (int f = 0; f < followers.length; f++) {
      at[f] = indexOf(nearest, followers[f]);
      if (at[f] < 0) {
        at[f] = count;
        rows[count++] = followers[f];
      }
    }
    rows = Arrays.copyOf(rows, count);
    long[] ids = new long[count];
    float[] dots = new float[count];
    for (int i = 0; i < count; i++) {
      ids[i] = log.catalogue().id(rows[i]);
      dots[i] = scores[rows[i]];
    }
    float[] values = new float[count * features.names().size()];
    features.fill(asked, rows, values);
    return new Pool(ids, rows, nearest.length, at, dots, values, indexOf(rows, target.item()));
  }

  private static int indexOf(int[] rows, int row) {
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] == row) {
        return i;
      }
    }
    return -1;
  }

  private Asked asked(int user, RetrievalTarget target) {
    int history = target.history();
    int[] positives = UserPositives.last(log, user, history, Asked.MOST_POSITIVES);
    long last =
        history == 0 ? FeedLog.NO_TIME : log.actionTimes()[log.actionStart(user) + history - 1];
    return new Asked(target.surface(), positives, last);
  }

  @Override
  public void close() {
    encoder.close();
  }
}
