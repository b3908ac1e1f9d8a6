package io.unipin.cli.training;

import io.unipin.cli.console.Progress;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.heldout.HeldOutLog;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Part;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PageOrder;
import io.unipin.serving.bundle.BundleReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Evaluates a bundle's model on the test split, as a server would use it. */
final class HeldOutEvaluation {
  private HeldOutEvaluation() {}

  /** Returns the counts in a bundle; null if it has none. */
  static @Nullable CountedRanking counts(Path bundle, ServingModel model, FeedLog log) {
    ModelConfig config = model.config();
    return CountedRanking.find(
            BundleReader.model(bundle), config.actions(), config.surfaces(), log.catalogue())
        .orElse(null);
  }

  /**
   * How much is evaluated, and how.
   *
   * @param displayed whether candidates are scored at the positions where they were shown
   */
  record Extent(int threads, boolean displayed, int maxUsers) {}

  /**
   * Evaluates a model. Each page ranks as many candidates as a server does by default, and
   * {@code order} orders the page.
   *
   * @param counted the model's counts; null if it has none
   */
  static Evaluation evaluate(
      HeldOutLog data,
      ServingModel model,
      PageOrder order,
      @Nullable CountedRanking counted,
      Extent extent) {
    try (Progress progress = Progress.begin("evaluating", -1)) {
      return Evaluator.evaluate(
          data,
          model,
          new EvaluationOptions(
              Part.TEST,
              extent.threads(),
              extent.maxUsers(),
              0,
              extent.displayed(),
              (users, ofUsers) -> progress.at(users, ofUsers, users + " users")),
          new PageRule(PageRule.SERVED_CANDIDATES, order),
          counted);
    }
  }
}
