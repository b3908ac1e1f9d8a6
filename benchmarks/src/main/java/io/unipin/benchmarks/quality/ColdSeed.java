package io.unipin.benchmarks.quality;

import io.unipin.evaluate.ActionMetrics;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.Predictions;
import io.unipin.evaluate.RetrievalMetrics.Answer;
import io.unipin.evaluate.TargetRank;
import io.unipin.evaluate.baseline.ContentPopularity;
import io.unipin.evaluate.heldout.RetrievalTarget;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.TrainingCounts;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * What one trained model does with items that its training knew (warm) and did not know (cold).
 * Immutable; the arrays are read-only.
 */
record ColdSeed(Targets targets, Impressions impressions) {
  /**
   * Ranks of one target per user. Each array is (users), and all have the same users.
   *
   * @param model ranks by the model
   * @param content ranks by the content neighbours; empty if items have no content
   * @param popularity ranks by popularity
   * @param contentPopularity ranks by the popularity of contents; empty if items have no content
   * @param cold whether training did not know the target
   */
  record Targets(
      int[] model, int[] content, int[] popularity, int[] contentPopularity, boolean[] cold) {}

  /**
   * How the model predicts one action. Undefined numbers are NaN.
   *
   * @param scores (cold impressions) probabilities by which the impressions are ranked
   * @param labels (cold impressions) whether the impression got the action
   * @param users (cold impressions) the impression's user; a user's impressions are adjacent
   * @param auc AUC over all impressions
   * @param ne normalised entropy over all impressions
   */
  record Impressions(
      float[] scores,
      boolean[] labels,
      int[] users,
      double auc,
      double ne,
      Means warm,
      Means cold) {}

  /**
   * Mean probabilities of impressions that got the action and of those that did not, each predicted
   * for the position where it was shown.
   */
  record Means(double positives, double negatives) {}

  /**
   * Takes the figures from an evaluation of the test part.
   *
   * @param action the action of the ranking figures
   */
  static ColdSeed of(Evaluation evaluation, FeedLog log, Holdout holdout, String action) {
    boolean[] cold = cold(log, holdout);
    return new ColdSeed(
        targets(evaluation, log, holdout, cold), impressions(evaluation, log, action, cold));
  }

  /**
   * Returns for each item whether training did not know it: the withheld items, or without such
   * items those without a positive action in the training part.
   */
  private static boolean[] cold(FeedLog log, Holdout holdout) {
    boolean[] cold = new boolean[log.catalogue().size()];
    int[] positives = TrainingCounts.of(log, holdout).positives();
    for (int item = 0; item < cold.length; item++) {
      cold[item] =
          holdout.withheld().isEmpty() ? positives[item] == 0 : holdout.withheld().contains(item);
    }
    return cold;
  }

  private static Targets targets(
      Evaluation evaluation, FeedLog log, Holdout holdout, boolean[] cold) {
    List<Answer> answers = evaluation.retrieval().answers();
    boolean[] coldTargets = new boolean[answers.size()];
    for (int t = 0; t < coldTargets.length; t++) {
      coldTargets[t] = cold[answers.get(t).item()];
    }
    boolean hasContent = evaluation.retrieval().areContentsKnown();
    return new Targets(
        evaluation.retrieval().model().toArray(),
        hasContent ? ranks(answers, Answer::contentRank) : new int[0],
        evaluation.retrieval().popularity().toArray(),
        hasContent ? contentPopularity(evaluation, log, holdout) : new int[0],
        coldTargets);
  }

  private static int[] ranks(List<Answer> answers, ToIntFunction<Answer> rank) {
    return answers.stream().mapToInt(rank).toArray();
  }

  private static int[] contentPopularity(Evaluation evaluation, FeedLog log, Holdout holdout) {
    float[] scores = ContentPopularity.of(log, holdout, Part.TEST).scores();
    int[] users = evaluation.retrieval().found();
    List<Answer> answers = evaluation.retrieval().answers();
    return IntStream.range(0, users.length)
        .map(
            t -> {
              RetrievalTarget target = RetrievalTarget.of(log, users[t], answers.get(t).history());
              return TargetRank.of(scores, target.item(), target.seen(), log.catalogue());
            })
        .toArray();
  }

  private static Impressions impressions(
      Evaluation evaluation, FeedLog log, String action, boolean[] cold) {
    int bit = log.schema().actions().indexOf(action);
    ActionMetrics metrics = evaluation.ranking().actions().get(bit);
    Predictions predictions = evaluation.predictions();
    int[] items = predictions.items();
    int[] chosen = IntStream.range(0, items.length).filter(i -> cold[items[i]]).toArray();
    float[] all = predictions.probabilities(bit);
    boolean[] labels = predictions.labels(bit);
    int[] users = predictions.users();
    float[] scores = new float[chosen.length];
    boolean[] got = new boolean[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      scores[i] = all[chosen[i]];
      got[i] = labels[chosen[i]];
    }
    float[] shown = predictions.shownProbabilities(bit);
    return new Impressions(
        scores,
        got,
        IntStream.of(chosen).map(i -> users[i]).toArray(),
        metrics.model().auc(),
        metrics.model().normalisedEntropy(),
        means(shown, labels, i -> !cold[items[i]]),
        means(shown, labels, i -> cold[items[i]]));
  }

  private static Means means(float[] probabilities, boolean[] labels, IntPredicate wanted) {
    return new Means(
        mean(probabilities, i -> wanted.test(i) && labels[i]),
        mean(probabilities, i -> wanted.test(i) && !labels[i]));
  }

  private static double mean(float[] values, IntPredicate wanted) {
    return IntStream.range(0, values.length)
        .filter(wanted)
        .mapToDouble(i -> values[i])
        .average()
        .orElse(Double.NaN);
  }
}
