package io.unipin.evaluate;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.kvcache.KvLease;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.RequestContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Evaluates a few users at a time. Each instance has its own encoder. Not thread-safe. */
final class UserEvaluation implements AutoCloseable {
  private final EvaluationTask task;
  private final FeedLog log;
  private final ServingModel model;
  private final HistoryEncoder encoder;

  UserEvaluation(EvaluationTask task) {
    this.task = task;
    this.log = task.log();
    this.model = task.model();
    this.encoder = new HistoryEncoder(log, model, task.kvType());
  }

  /**
   * The figures of some users.
   *
   * @param ranks (users) ranks that the model gives the targets among all items
   * @param popularityRanks (users) ranks of the same targets by popularity
   * @param recentRanks (users) ranks that popularity in the preceding seven days gives the same
   *     targets; empty when the log has no times
   * @param users (users) log rows of the users whose targets are ranked
   * @param repeats number of users whose target is in their history
   * @param targetless number of users that have no positive action in the part, or whose target is
   *     an item that is left out
   * @param answers (users) the target and the list that the model offers
   */
  public record Result(
      int[] ranks,
      int[] popularityRanks,
      int[] recentRanks,
      int[] users,
      int repeats,
      int targetless,
      List<RetrievalMetrics.Answer> answers,
      List<Predictions.Judged> judged) {}

  Result evaluate(int[] users) {
    List<Predictions.Judged> judged = new ArrayList<>();
    List<RetrievalTarget> targets = new ArrayList<>();
    List<float[]> queries = new ArrayList<>();
    List<Integer> sought = new ArrayList<>();
    int repeats = 0;
    int targetless = 0;
    for (int user : users) {
      judge(user, judged);
      int action = RetrievalTarget.find(log, task.holdout(), user, task.part());
      if (action < 0 || task.leftOut().contains(item(user, action))) {
        targetless++;
      } else {
        RetrievalTarget target = RetrievalTarget.of(log, user, action);
        if (target.isRepeat()) {
          repeats++;
        } else {
          targets.add(target);
          queries.add(query(user, target));
          sought.add(user);
        }
      }
      encoder.forget(user);
    }
    float[][] scores = task.items().of(queries.toArray(float[][]::new));
    int[] ranks = new int[targets.size()];
    int[] popularityRanks = new int[targets.size()];
    int[] recentRanks = new int[task.recent().isKnown() ? targets.size() : 0];
    for (int t = 0; t < ranks.length; t++) {
      ranks[t] = rank(scores[t], targets.get(t));
      popularityRanks[t] = rank(task.popularity().scores(), targets.get(t));
      if (recentRanks.length > 0) {
        recentRanks[t] = recentRank(sought.get(t), targets.get(t));
      }
    }
    int[] found = sought.stream().mapToInt(Integer::intValue).toArray();
    List<RetrievalMetrics.Answer> answers = answers(found, targets, scores);
    return new Result(
        ranks, popularityRanks, recentRanks, found, repeats, targetless, answers, judged);
  }

  private int item(int user, int action) {
    return log.actionItems()[log.actionStart(user) + action];
  }

  private List<RetrievalMetrics.Answer> answers(
      int[] users, List<RetrievalTarget> targets, float[][] scores) {
    ItemScores contents = task.contents();
    float[][] similar = new float[0][];
    if (contents != null) {
      float[][] queries = new float[users.length][];
      for (int t = 0; t < users.length; t++) {
        int start = log.actionStart(users[t]);
        queries[t] = task.neighbours().query(start, start + targets.get(t).history());
      }
      similar = contents.of(queries);
    }
    List<RetrievalMetrics.Answer> answers = new ArrayList<>();
    for (int t = 0; t < users.length; t++) {
      RetrievalTarget target = targets.get(t);
      answers.add(
          new RetrievalMetrics.Answer(
              target.item(),
              target.history(),
              log.actionTimes()[log.actionStart(users[t]) + target.history()],
              contents == null ? 0 : rank(similar[t], target),
              task.part() == Part.TEST ? list(scores[t], target) : new int[0]));
    }
    return answers;
  }

  private int[] list(float[] scores, RetrievalTarget target) {
    return TargetRank.first(scores, target.seen(), log.catalogue(), RetrievalMetrics.LIST);
  }

  private void judge(int user, List<Predictions.Judged> judged) {
    List<Slate> history = task.slates().of(user);
    List<Slate> slates = history.stream().filter(slate -> slate.part() == task.part()).toList();
    List<float[]> bias = task.bias().probabilities(history, task.part());
    for (int s = 0; s < slates.size(); s++) {
      Slate slate = slates.get(s);
      judged.add(judge(user, slate, bias.get(s)));
    }
  }

  private Predictions.Judged judge(int user, Slate slate, float[] bias) {
    try (KvLease lease = encoder.encode(user, slate.history())) {
      float[] shown =
          score(lease, slate, IntStream.range(0, slate.size()).map(PagePositions::of).toArray());
      float[] ranking =
          task.displayed() || slate.size() == 1 ? shown : score(lease, slate, new int[1]);
      return new Predictions.Judged(user, slate, ranking, shown, bias);
    }
  }

  private float[] score(KvLease lease, Slate slate, int[] positions) {
    return model.score(
        lease.kv(),
        lease.rows(),
        Arrays.copyOfRange(task.slates().items(), slate.from(), slate.to()),
        new RequestContext(slate.surface(), slate.gap()),
        positions);
  }

  /**
   * Returns the query without an outcome. The query gets neither the action that the user will take
   * on the target nor the time of that action.
   */
  private float[] query(int user, RetrievalTarget target) {
    try (KvLease lease = encoder.encode(user, target.history())) {
      return model.queries(
          lease.state(),
          new RequestContext(target.surface(), GapBuckets.UNKNOWN),
          new float[1][log.schema().actions().size()]);
    }
  }

  private int recentRank(int user, RetrievalTarget target) {
    long time = log.actionTimes()[log.actionStart(user) + target.history()];
    return rank(task.recent().before(time), target);
  }

  private int rank(float[] scores, RetrievalTarget target) {
    return TargetRank.of(scores, target.item(), target.seen(), log.catalogue());
  }

  @Override
  public void close() {
    encoder.close();
  }
}
