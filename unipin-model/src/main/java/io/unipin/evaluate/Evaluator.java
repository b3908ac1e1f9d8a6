package io.unipin.evaluate;

import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.heldout.HeldOutLog;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Protocol;
import io.unipin.model.ServingModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Measures a model and its baselines on the held-out split of a log.
 *
 * <p>Retrieval is judged by the rank of one held-out target per user among the whole catalogue.
 * Ranking is judged by the predicted actions on held-out slates. The result does not depend on the
 * number of threads. {@link Evaluation#protocol} states the rules.
 */
public final class Evaluator {
  private static final int USERS_AT_ONCE = 16;

  private final EvaluationTask task;
  private final EvaluationProgress progress;
  private final int[] users;
  private final UserEvaluation.Result[] results;
  private final AtomicInteger next = new AtomicInteger();
  private final Object progressLock = new Object();
  private int done;

  private Evaluator(EvaluationTask task, EvaluationProgress progress, int[] users) {
    this.task = task;
    this.progress = progress;
    this.users = users;
    this.results = new UserEvaluation.Result[(users.length + USERS_AT_ONCE - 1) / USERS_AT_ONCE];
  }

  /**
   * Evaluates a model.
   *
   * @throws IllegalArgumentException when the model does not fit the log's catalogue and schema
   */
  public static Evaluation evaluate(
      FeedLog log, Holdout holdout, ServingModel model, EvaluationOptions options) {
    return evaluate(log, holdout, model, options, PageRule.NONE);
  }

  /**
   * Evaluates a model and the pages that it would serve.
   *
   * @throws IllegalArgumentException when the model does not fit the log's catalogue and schema
   */
  public static Evaluation evaluate(
      FeedLog log, Holdout holdout, ServingModel model, EvaluationOptions options, PageRule page) {
    return evaluate(log, holdout, model, options, page, null);
  }

  /**
   * Whether counts hold nothing of a part of a log. Only such counts may help to rank this part. In
   * a log that is not split by time, the last actions of each user are held out, and training does
   * not count them.
   */
  public static boolean endsBefore(CountedRanking counted, Holdout holdout, Part part) {
    return holdout.protocol() != Protocol.TIME_SPLIT
        || counted.tables().until().toEpochMilli() <= holdout.begins(part);
  }

  /**
   * Evaluates a model with its counts, and the pages that it would serve. Also measures the ranking
   * without the counts.
   *
   * @param counted the model's counts; null if it has none
   * @throws IllegalArgumentException when the model does not fit the log's catalogue and schema
   * @throws io.unipin.counts.CountsException when the counts do not fit the model
   */
  public static Evaluation evaluate(
      FeedLog log,
      Holdout holdout,
      ServingModel model,
      EvaluationOptions options,
      PageRule page,
      @Nullable CountedRanking counted) {
    return evaluate(new HeldOutLog(log, holdout), model, options, page, counted);
  }

  /**
   * Evaluates a model on a log in which not all items have to be ranked. Otherwise, does the same.
   */
  public static Evaluation evaluate(
      HeldOutLog data,
      ServingModel model,
      EvaluationOptions options,
      PageRule page,
      @Nullable CountedRanking counted) {
    EvaluationTask task = EvaluationTask.of(data, model, options, page, counted);
    int[] users = users(task, options);
    Evaluator evaluator = new Evaluator(task, options.progress(), users);
    evaluator.run(options.threads());
    return evaluator.evaluation();
  }

  /**
   * Returns the rows of the users with held-out actions, ascending. If there are more such users
   * than the options allow, returns a sample of those who have something to measure in the part.
   */
  private static int[] users(EvaluationTask task, EvaluationOptions options) {
    List<Integer> users = new ArrayList<>();
    for (int user = 0; user < task.log().users(); user++) {
      if (task.holdout().holdsOut(user)) {
        users.add(user);
      }
    }
    if (users.size() > options.maxUsers()) {
      users.removeIf(user -> !task.measures(user));
    }
    if (users.size() > options.maxUsers()) {
      Collections.shuffle(users, new Random(options.seed()));
      users = users.subList(0, options.maxUsers());
    }
    return users.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  private void run(int threads) {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < Math.min(threads, results.length); t++) {
        running.add(workers.submit(this::work));
      }
      for (Future<?> worker : running) {
        await(worker);
      }
    } finally {
      next.set(results.length);
      workers.shutdown();
      awaitEnd(workers);
    }
  }

  /** Waits until no worker uses the model, because the caller may close it. */
  private static void awaitEnd(ExecutorService workers) {
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = workers.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try (UserEvaluation evaluation = new UserEvaluation(task)) {
      for (int chunk = next.getAndIncrement();
          chunk < results.length;
          chunk = next.getAndIncrement()) {
        int from = chunk * USERS_AT_ONCE;
        int to = Math.min(users.length, from + USERS_AT_ONCE);
        results[chunk] = evaluation.evaluate(Arrays.copyOfRange(users, from, to));
        synchronized (progressLock) {
          done += to - from;
          progress.evaluated(done, users.length);
        }
      }
    }
  }

  private static void await(Future<?> worker) {
    try {
      worker.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the evaluation failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the evaluation was interrupted", e);
    }
  }

  private Evaluation evaluation() {
    List<Predictions.Judged> judged = new ArrayList<>();
    List<RetrievalMetrics.Answer> answers = new ArrayList<>();
    int repeats = 0;
    int targetless = 0;
    for (UserEvaluation.Result result : results) {
      judged.addAll(result.judged());
      answers.addAll(result.answers());
      repeats += result.repeats();
      targetless += result.targetless();
    }
    Ranks model = new Ranks(ranks(UserEvaluation.Result::ranks));
    Ranks popularity = new Ranks(ranks(UserEvaluation.Result::popularityRanks));
    Ranks recent = new Ranks(ranks(UserEvaluation.Result::recentRanks));
    int[] found = ranks(UserEvaluation.Result::users);
    Predictions predictions = new Predictions(task.log(), task.slates(), judged, task.leftOut());
    return new Evaluation(
        task.holdout().protocol(),
        task.part(),
        task.displayed(),
        task.page(),
        new RetrievalMetrics(repeats, targetless, found, model, popularity, recent, answers),
        RankingMetrics.of(
            predictions, task.log().schema().actions(), task.popularity(), task.counted()),
        predictions);
  }

  private int[] ranks(Function<UserEvaluation.Result, int[]> ranks) {
    return Arrays.stream(results).map(ranks).flatMapToInt(Arrays::stream).toArray();
  }
}
