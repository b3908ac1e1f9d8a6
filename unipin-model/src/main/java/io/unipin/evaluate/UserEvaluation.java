package io.unipin.evaluate;

import io.unipin.evaluate.baseline.CountsBaseline;
import io.unipin.evaluate.heldout.RetrievalTarget;
import io.unipin.evaluate.page.PageCandidates;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.kvcache.KvLease;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.RequestContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
   *     left out
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
    List<Sought> pages = new ArrayList<>();
    int repeats = 0;
    int targetless = 0;
    for (int user : users) {
      judge(user, judged);
      RetrievalTarget target = task.target(user).orElse(null);
      if (target == null) {
        targetless++;
      } else if (target.isRepeat()) {
        repeats++;
      } else {
        targets.add(target);
        sought.add(user);
        pages.add(seek(user, target, queries));
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
    List<RetrievalMetrics.Answer> answers = answers(found, targets, scores, pages);
    return new Result(
        ranks, popularityRanks, recentRanks, found, repeats, targetless, answers, judged);
  }

  private List<RetrievalMetrics.Answer> answers(
      int[] users, List<RetrievalTarget> targets, float[][] scores, List<Sought> pages) {
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
      boolean test = task.part() == Part.TEST;
      Sought page = pages.get(t);
      answers.add(
          new RetrievalMetrics.Answer(
              target.item(),
              target.history(),
              log.actionTimes()[log.actionStart(users[t]) + target.history()],
              contents == null ? 0 : rank(similar[t], target),
              test ? list(scores[t], target) : new int[0],
              page.pageRank(),
              page.timedRank(),
              page.timedPageRank(),
              test ? null : page.candidates()));
    }
    return answers;
  }

  private int pageRank(PageCandidates page, float[] scores, RetrievalTarget target) {
    return page.findsTarget() ? page.place(task.page().order()) : rank(scores, target);
  }

  private int[] list(float[] scores, RetrievalTarget target) {
    return TargetRank.first(scores, target.seen(), log.catalogue(), RetrievalMetrics.LIST);
  }

  private void judge(int user, List<Predictions.Judged> judged) {
    List<Slate> history = task.slates().of(user);
    List<Slate> slates = history.stream().filter(slate -> slate.part() == task.part()).toList();
    List<float[]> bias = task.bias().probabilities(history, task.part());
    CountsBaseline baseline = task.counts();
    for (int s = 0; s < slates.size(); s++) {
      Slate slate = slates.get(s);
      float[] counts = baseline == null ? new float[0] : baseline.probabilities(user, slate);
      judged.add(judge(user, slate, bias.get(s), counts));
    }
  }

  private Predictions.Judged judge(int user, Slate slate, float[] bias, float[] counts) {
    try (KvLease lease = encoder.encode(user, slate.history())) {
      float[] shown = score(lease, slate, SlateInput.positions(task.slates(), slate));
      float[] ranking =
          task.displayed() || slate.size() == 1 ? shown : score(lease, slate, new int[1]);
      int[] items = Arrays.copyOfRange(task.slates().items(), slate.from(), slate.to());
      return new Predictions.Judged(
          user,
          slate,
          task.counted(user, slate.history(), slate.surface(), items, ranking),
          task.counted(user, slate.history(), slate.surface(), items, shown),
          bias,
          counts,
          ranking,
          shown);
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
   * The ranks of a target that are computed from the user's encoded history. A rank of 0 was not
   * measured.
   *
   * @param pageRank rank on the page
   * @param timedRank rank by retrieval, if the query knows the time of the request
   * @param timedPageRank rank on the page, if query and ranking know the time of the request
   * @param candidates candidates of the page; null if no page was measured
   */
  private record Sought(
      int pageRank, int timedRank, int timedPageRank, @Nullable PageCandidates candidates) {
    static final Sought NONE = new Sought(0, 0, 0, null);
  }

  /**
   * Computes a user's query without an outcome, and the user's page if pages are measured. The
   * query gets neither the action that the user will take on the target nor the time of that
   * action.
   */
  private Sought seek(int user, RetrievalTarget target, List<float[]> queries) {
    try (KvLease lease = encoder.encode(user, target.history())) {
      RequestContext context = new RequestContext(target.surface(), GapBuckets.UNKNOWN);
      float[] query = query(lease, context);
      queries.add(query);
      if (!task.page().isMeasured()) {
        return Sought.NONE;
      }
      float[] scores = scores(query);
      PageCandidates page = candidates(lease, context, user, target, scores);
      int gap = gap(user, target);
      if (task.part() != Part.TEST || gap == GapBuckets.UNKNOWN) {
        return new Sought(pageRank(page, scores, target), 0, 0, page);
      }
      RequestContext timed = new RequestContext(target.surface(), gap);
      float[] timedScores = scores(query(lease, timed));
      PageCandidates timedPage = candidates(lease, timed, user, target, timedScores);
      return new Sought(
          pageRank(page, scores, target),
          rank(timedScores, target),
          pageRank(timedPage, timedScores, target),
          page);
    }
  }

  /** Returns the time from the user's last action to the target's action, as a bucket. */
  private int gap(int user, RetrievalTarget target) {
    int at = log.actionStart(user) + target.history();
    long last = target.history() == 0 ? FeedLog.NO_TIME : log.actionTimes()[at - 1];
    return GapBuckets.of(last, log.actionTimes()[at]);
  }

  private float[] query(KvLease lease, RequestContext context) {
    return model.queries(lease.state(), context, new float[1][log.schema().actions().size()]);
  }

  private float[] scores(float[] query) {
    return task.items().of(new float[][] {query})[0];
  }

  /**
   * Retrieves and scores the candidates of a page. The ranking and the query get the same inputs
   * about the request.
   */
  private PageCandidates candidates(
      KvLease lease, RequestContext context, int user, RetrievalTarget target, float[] scores) {
    int[] rows = TargetRank.first(scores, target.seen(), log.catalogue(), task.page().candidates());
    long[] ids = new long[rows.length];
    float[] dots = new float[rows.length];
    int place = -1;
    for (int i = 0; i < rows.length; i++) {
      ids[i] = log.catalogue().id(rows[i]);
      dots[i] = scores[rows[i]];
      place = rows[i] == target.item() ? i : place;
    }
    float[] probabilities = model.score(lease.kv(), lease.rows(), rows, context);
    return new PageCandidates(
        ids,
        dots,
        task.counted(user, target.history(), target.surface(), rows, probabilities),
        place);
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
