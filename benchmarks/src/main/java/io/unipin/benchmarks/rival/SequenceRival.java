package io.unipin.benchmarks.rival;

import io.unipin.evaluate.Ranks;
import io.unipin.evaluate.baseline.Popularity;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.model.files.FloatTensor;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A rival model for retrieval: SASRec or HSTU, trained on the training actions of a log. Not
 * thread-safe.
 *
 * <p>The rival has the width, blocks, heads and histories of the recipe's model, and reads only the
 * user's positive actions, as its authors' programs do. The best epoch has the highest NDCG@10 on
 * the validation targets.
 */
public final class SequenceRival {
  private static final int SORTED_TOGETHER = 20;
  private static final double NANOS = 1e9;

  private final SequenceKind kind;
  private final SequenceShape shape;
  private final FeedLog log;
  private final Holdout holdout;
  private final List<SequenceHistory> histories;

  /**
   * Creates the rival for a log and for the splits that a recipe makes of the log.
   *
   * @throws TrainException if the training part has no user with two positive actions
   */
  public SequenceRival(SequenceKind kind, FeedLog log, TrainConfig recipe) {
    this(kind, log, recipe.evaluation().holdout(log), SequenceShape.of(recipe.modelConfig(log)));
  }

  SequenceRival(SequenceKind kind, FeedLog log, Holdout holdout, SequenceShape shape) {
    this.kind = kind;
    this.shape = shape;
    this.log = log;
    this.holdout = holdout;
    this.histories = SequenceHistory.training(TrainingPart.of(log, holdout), shape.maxHistory());
    if (histories.isEmpty()) {
      throw new TrainException("two positive actions of a user expected in TRAIN, got none");
    }
  }

  /**
   * A trained rival.
   *
   * @param tensors the tensors after the best epoch
   * @param epochs number of trained epochs
   * @param validation NDCG@10 of the best epoch on the validation targets
   */
  public record Trained(
      Map<String, FloatTensor> tensors, int epochs, double validation, double seconds) {}

  /**
   * Trains one model.
   *
   * @param limit time after which the training ends
   * @param said receives a line of text per epoch
   */
  public Trained train(TrainConfig recipe, long seed, Duration limit, Consumer<String> said) {
    return train(SequenceTraining.of(recipe, limit), seed, said);
  }

  Trained train(SequenceTraining training, long seed, Consumer<String> said) {
    RivalTargets validation =
        RivalTargets.of(log, holdout, Part.VALIDATION).sample(training.validated(), seed);
    Map<String, FloatTensor> first = SequenceProgram.random(kind, shape, seed);
    try (SequenceModel model = new SequenceModel(kind, shape, first, seed)) {
      Run run = new Run(model, training, new Random(seed), System.nanoTime());
      double best = Double.NEGATIVE_INFINITY;
      int bestEpoch = 0;
      int epoch = 0;
      Map<String, FloatTensor> kept = first;
      while (epoch < training.epochs()
          && epoch - bestEpoch < training.patience()
          && run.share() < 1) {
        double loss = run.epoch(epoch++);
        double ndcg = retriever(model).ranks(validation).ndcg(10);
        said.accept(
            String.format(
                Locale.ROOT,
                "%s epoch %s: loss %.4f, NDCG@10 %.4f, %.0f s",
                kind.key(),
                epoch,
                loss,
                ndcg,
                run.seconds()));
        if (!(ndcg <= best)) {
          best = ndcg;
          bestEpoch = epoch;
          kept = model.copy();
        }
      }
      return new Trained(kept, epoch, best, run.seconds());
    }
  }

  private SequenceRetriever retriever(SequenceModel model) {
    return new SequenceRetriever(
        model, shape, Popularity.of(log, holdout, Part.VALIDATION).scores());
  }

  /** Returns the ranks that a trained rival gives the test targets. */
  public Ranks test(Map<String, FloatTensor> tensors) {
    try (SequenceModel model = new SequenceModel(kind, shape, tensors, 0)) {
      return retriever(model).ranks(RivalTargets.of(log, holdout, Part.TEST));
    }
  }

  /** Returns the pages that a trained rival makes together with a ranker. */
  public RivalPages pages(Map<String, FloatTensor> tensors, CandidateRanker ranker) {
    try (SequenceModel model = new SequenceModel(kind, shape, tensors, 0)) {
      return RivalPages.of(retriever(model), ranker, log, holdout);
    }
  }

  /** Returns a text that changes whenever a rival or its training changes. */
  public static String description(SequenceKind kind, FeedLog log, TrainConfig recipe) {
    return "%s %s %s %s"
        .formatted(
            kind.key(),
            SequenceShape.of(recipe.modelConfig(log)),
            SequenceTraining.of(recipe, Duration.ZERO),
            Integer.toHexString(SequenceProgram.text(kind).hashCode()));
  }

  /** A training in progress. */
  private final class Run {
    private final SequenceModel model;
    private final SequenceTraining training;
    private final Random random;
    private final long begin;
    private long step;
    private double share;

    Run(SequenceModel model, SequenceTraining training, Random random, long begin) {
      this.model = model;
      this.training = training;
      this.random = random;
      this.begin = begin;
    }

    double seconds() {
      return (System.nanoTime() - begin) / NANOS;
    }

    /** Returns the share of the training that is finished, measured in time or in steps. */
    double share() {
      return Math.max(share, seconds() * NANOS / Math.max(1, training.limit().toNanos()));
    }

    /**
     * Trains for an epoch, but not beyond the time limit, and returns the mean loss of the batches.
     */
    double epoch(int epoch) {
      List<List<SequenceHistory>> batches = batches();
      double loss = 0;
      int done = 0;
      for (; done < batches.size() && share() < 1; done++) {
        float rate = training.learningRate(++step, share());
        SequenceBatch batch = SequenceBatch.training(batches.get(done));
        float value = model.step(batch, negatives(), rate, training.dropout());
        if (!Float.isFinite(value)) {
          throw new TrainException(
              "the loss of %s is no number at step %s".formatted(kind.key(), step));
        }
        loss += value;
        share = (epoch + (done + 1.0) / batches.size()) / training.epochs();
      }
      return loss / Math.max(1, done);
    }

    private long[] negatives() {
      return random.longs(training.negatives(kind, shape.items()), 0, shape.items()).toArray();
    }

    /** Returns the batches of an epoch. Histories of similar length share a batch. */
    private List<List<SequenceHistory>> batches() {
      List<SequenceHistory> order = new ArrayList<>(histories);
      Collections.shuffle(order, random);
      List<List<SequenceHistory>> batches = new ArrayList<>();
      int start = 0;
      while (start < order.size()) {
        int end = start;
        for (long rows = 0;
            end < order.size() && rows < (long) SORTED_TOGETHER * training.batchActions();
            end++) {
          rows += order.get(end).size();
        }
        List<SequenceHistory> part = order.subList(start, end);
        part.sort(Comparator.comparingInt(SequenceHistory::size).reversed());
        for (int from = 0, to; from < part.size(); from = to) {
          to = from + Math.max(1, training.batchActions() / part.get(from).size());
          to = Math.min(part.size(), to);
          batches.add(List.copyOf(part.subList(from, to)));
        }
        start = end;
      }
      Collections.shuffle(batches, random);
      return batches;
    }
  }
}
