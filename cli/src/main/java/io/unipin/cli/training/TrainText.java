package io.unipin.cli.training;

import io.unipin.cli.console.Progress;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineDevice;
import io.unipin.model.StepLoss;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.prerank.FittedPreRank;
import io.unipin.train.TrainProgress;
import io.unipin.train.TrainResult;
import io.unipin.train.TrainStep;
import io.unipin.train.Validation;
import io.unipin.train.recipe.ResolvedRecipe;
import io.unipin.train.recipe.TrainConfig;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Prints the progress of a training. */
final class TrainText implements TrainProgress {
  private final Progress progress;
  private final double mostSeconds;

  /**
   * Creates a listener.
   *
   * @param mostSeconds time limit of the training in seconds, 0 for none
   */
  TrainText(Progress progress, double mostSeconds) {
    this.progress = progress;
    this.mostSeconds = mostSeconds;
  }

  @Override
  public double mostSeconds() {
    return mostSeconds <= 0 ? Double.POSITIVE_INFINITY : mostSeconds;
  }

  @Override
  public void step(TrainStep step) {
    StepLoss loss = step.loss();
    String note =
        String.format(
            Locale.ROOT,
            "epoch %d/%d, %,.0f examples/s, loss %.3f (item %.3f, masked %.3f, slate %.3f), %.0f s"
                + " left",
            step.epoch(),
            step.epochs(),
            step.examplesPerSecond(),
            loss.total(),
            loss.item(),
            loss.hidden(),
            loss.slate(),
            step.secondsLeft());
    progress.at(step.step(), step.steps(), note);
  }

  @Override
  public void validated(int epoch, Validation validation, boolean best) {
    progress.line("epoch " + epoch + ": " + of(validation) + (best ? ", kept" : ""));
  }

  static Map<String, Object> figures(TrainResult result, ResolvedRecipe recipe) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("epochs", result.epochs());
    figures.put("steps", result.steps());
    figures.put("seconds", result.seconds());
    figures.put("examples_per_second", result.examples() / result.seconds());
    figures.put("validation_ndcg10", orNull(result.best().ndcg10()));
    figures.put("validation_auc", orNull(result.best().auc()));
    figures.put("chosen", recipe.chosen());
    figures.put("training_part", recipe.data());
    return figures;
  }

  /** Returns a line about a training that has ended. */
  static String of(TrainResult result, EngineDevice device) {
    return String.format(
        Locale.ROOT,
        "trained %d epochs, %,d steps in %.1f s on %s; validation of the one kept: %s",
        result.epochs(),
        result.steps(),
        result.seconds(),
        device,
        of(result.best()));
  }

  /** Returns a line about items that training does not see; empty if it sees all items. */
  static Optional<String> withheld(TrainConfig recipe, Holdout holdout) {
    return holdout.withheld().isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s: %,d items train nothing, so this bundle is one to measure and not one to serve",
                recipe.evaluation().withheldText(),
                holdout.withheld().size()));
  }

  static String of(Validation validation) {
    return "NDCG@10 " + number(validation.ndcg10()) + ", AUC " + number(validation.auc());
  }

  /** Describes the weights that order a page, and how they were chosen. */
  static String pageOrder(Optional<FittedPageOrder> order) {
    if (order.isEmpty()) {
      return "order of a page: by the probabilities of positive actions, because retrieval was not"
          + " trained or found too few validation targets";
    }
    FittedPageOrder fitted = order.get();
    if (fitted.targets() == 0) {
      return "order of a page: by retrieval score, because ranking was not trained";
    }
    StringBuilder sum = new StringBuilder();
    sum.append(String.format(Locale.ROOT, "%.4g x retrieval score", fitted.similarity()));
    fitted
        .probabilities()
        .forEach(
            (action, weight) -> {
              if (weight != 0) {
                sum.append(String.format(Locale.ROOT, " %+.4g x P(%s)", weight, action));
              }
            });
    return String.format(
        Locale.ROOT,
        "order of a page: %s; NDCG@10 of the %,d validation targets found: %.4f, by retrieval alone"
            + " %.4f",
        sum,
        fitted.targets(),
        fitted.pageNdcg10(),
        fitted.retrievalNdcg10());
  }

  /** Describes the weights of pre-ranking, and how good they are. */
  static String preRank(Optional<FittedPreRank> weights) {
    if (weights.isEmpty()) {
      return "pre-ranking: none, because retrieval was not trained or found too few validation"
          + " targets";
    }
    FittedPreRank fitted = weights.get();
    return String.format(
        Locale.ROOT,
        "pre-ranking: by %s; of the %,d validation targets found, the best %,d of %,d candidates"
            + " hold %.4f, those of retrieval alone %.4f",
        fitted.text(),
        fitted.targets(),
        fitted.kept(),
        fitted.pool(),
        fitted.keptByWeights(),
        fitted.keptByRetrieval());
  }

  /** Returns the number, or null if JSON can't hold it. */
  static @Nullable Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }
}
