package io.unipin.train;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.HistoryWindow;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Computes the figures of an evaluation in a slow and simple way. Tests compare the evaluator with
 * this class. This class encodes the whole history again for every target and every feedview. For
 * each target it sorts all items.
 */
public final class NaiveEvaluation {
  public final List<Integer> ranks = new ArrayList<>();
  public final List<Integer> pageRanks = new ArrayList<>();
  public final List<Integer> popularityRanks = new ArrayList<>();
  public final List<Integer> targets = new ArrayList<>();
  public final List<Integer> histories = new ArrayList<>();
  public final List<Set<Integer>> seen = new ArrayList<>();
  public final List<List<Integer>> lists = new ArrayList<>();
  public final List<Integer> shown = new ArrayList<>();
  public final List<Float> likes = new ArrayList<>();
  public final List<Boolean> liked = new ArrayList<>();
  public int repeats;
  public int targetless;

  /** Number of candidates of a page. */
  public static final int CANDIDATES = 20;

  public static final float SIMILARITY = 0.4f;

  /** Returns the weights of the two actions in a page's order. */
  public static float[] weights() {
    return new float[] {0.7f, -0.3f};
  }

  private final FeedLog log;
  private final ServingModel model;
  private final Holdout holdout;
  private final HostRows block;
  private int rows;

  public NaiveEvaluation(FeedLog log, Holdout holdout, ServingModel model, Part part) {
    this.log = log;
    this.holdout = holdout;
    this.model = model;
    KvLayout layout = model.config().kvLayout(KvType.FLOAT32);
    ByteBuffer memory =
        ByteBuffer.allocateDirect((int) layout.blockBytes(layout.maxRows()))
            .order(ByteOrder.nativeOrder());
    this.block = new HostRows(memory, layout, layout.maxRows());
    for (int user = 0; user < log.users(); user++) {
      if (holdout.trainEnd(user) < log.actionStart(user + 1) - log.actionStart(user)) {
        retrieve(user, part);
        rank(user, part);
      }
    }
  }

  private float[] encode(int user, int history) {
    List<UserAction> window = new ArrayList<>();
    for (int i = (int) HistoryWindow.start(history, model.config().maxHistory());
        i < history;
        i++) {
      int at = log.actionStart(user) + i;
      window.add(
          UserAction.of(
              log.actionItems()[at],
              log.actionBits()[at],
              log.actionSurfaces()[at],
              log.actionTimes()[at]));
    }
    TokenSequence tokens = TokenSequence.of(window);
    rows = 1 + tokens.size();
    return model.extend(tokens, 0, block);
  }

  private void retrieve(int user, Part part) {
    int start = log.actionStart(user);
    int end = part == Part.TEST ? log.actionStart(user + 1) : start + holdout.validationEnd(user);
    int from =
        part == Part.TEST ? start + holdout.validationEnd(user) : start + holdout.trainEnd(user);
    int target = end - 1;
    while (target >= from && (log.actionBits()[target] & TestLogs.LIKE) == 0) {
      target--;
    }
    if (target < from
        || (part == Part.VALIDATION && holdout.withheld().contains(log.actionItems()[target]))) {
      targetless++;
      return;
    }
    Set<Integer> seen = new HashSet<>();
    for (int i = start; i < target; i++) {
      seen.add(log.actionItems()[i]);
    }
    int item = log.actionItems()[target];
    if (seen.contains(item)) {
      repeats++;
      return;
    }
    float[] query =
        model.queries(
            encode(user, target - start),
            new RequestContext(log.actionSurfaces()[target], GapBuckets.UNKNOWN),
            new float[1][2]);
    double[] scores = new double[log.catalogue().size()];
    float[] vectors = model.itemVectors();
    for (int i = 0; i < scores.length; i++) {
      for (int d = 0; d < query.length; d++) {
        scores[i] += (double) query[d] * vectors[i * query.length + d];
      }
    }
    ranks.add(rank(scores, item, seen));
    popularityRanks.add(rank(popularity(part), item, seen));
    targets.add(item);
    histories.add(target - start);
    this.seen.add(seen);
    List<Integer> order = order(scores, seen);
    lists.add(order.subList(0, Math.min(10, order.size())));
    pageRanks.add(
        page(
            order.subList(0, Math.min(CANDIDATES, order.size())),
            scores,
            log.actionSurfaces()[target],
            item));
  }

  /** Returns a target's position on a page, or its rank by retrieval if the page lacks it. */
  private int page(List<Integer> found, double[] scores, int surface, int target) {
    if (!found.contains(target)) {
      return ranks.get(ranks.size() - 1);
    }
    double[] utilities = new double[scores.length];
    for (int item : found) {
      float[] probabilities =
          model.score(
              block, rows, new int[] {item}, new RequestContext(surface, GapBuckets.UNKNOWN));
      utilities[item] =
          SIMILARITY * scores[item]
              + weights()[0] * probabilities[0]
              + weights()[1] * probabilities[1];
    }
    Set<Integer> others = new HashSet<>();
    for (int item = 0; item < scores.length; item++) {
      if (!found.contains(item)) {
        others.add(item);
      }
    }
    return rank(utilities, target, others);
  }

  private double[] popularity(Part part) {
    double[] counts = new double[log.catalogue().size()];
    for (int user = 0; user < log.users(); user++) {
      int end = part == Part.TEST ? holdout.validationEnd(user) : holdout.trainEnd(user);
      for (int i = 0; i < end; i++) {
        int at = log.actionStart(user) + i;
        boolean cold = holdout.withheld().contains(log.actionItems()[at]);
        counts[log.actionItems()[at]] += cold ? 0 : log.actionBits()[at] & TestLogs.LIKE;
      }
    }
    return counts;
  }

  /** Returns an item's rank among the items that were not seen. The best item has rank 1. */
  public int rank(double[] scores, int item, Set<Integer> seen) {
    return 1 + order(scores, seen).indexOf(item);
  }

  private List<Integer> order(double[] scores, Set<Integer> seen) {
    return IntStream.range(0, scores.length)
        .boxed()
        .filter(i -> !seen.contains(i))
        .sorted(
            Comparator.<Integer>comparingDouble(i -> -scores[i])
                .thenComparingLong(i -> log.catalogue().id(i)))
        .toList();
  }

  private void rank(int user, Part part) {
    for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
      if (holdout.part(user, view) != part) {
        continue;
      }
      int history = log.viewHistory()[view];
      encode(user, history);
      long last =
          history == 0 ? FeedLog.NO_TIME : log.actionTimes()[log.actionStart(user) + history - 1];
      RequestContext context =
          new RequestContext(log.viewSurfaces()[view], GapBuckets.of(last, log.viewTimes()[view]));
      for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
        int[] candidate = {log.impressionItems()[i]};
        if (part == Part.VALIDATION && holdout.withheld().contains(candidate[0])) {
          continue;
        }
        shown.add(i);
        likes.add(model.score(block, rows, candidate, context)[0]);
        liked.add((log.impressionBits()[i] & TestLogs.LIKE) != 0);
      }
    }
  }
}
