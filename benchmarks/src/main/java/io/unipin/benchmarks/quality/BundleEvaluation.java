package io.unipin.benchmarks.quality;

import io.unipin.cli.bundle.BundleFolder;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.features.PageOrder;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.train.recipe.EvaluationSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Evaluates a bundle on the test part, with the figures of each user. */
final class BundleEvaluation {
  private BundleEvaluation() {}

  /** Evaluates a bundle's model without its counts, and the pages that it would serve. */
  static Evaluation of(FeedLog log, EvaluationSettings settings, Path bundle) {
    try (LoadedBundle loaded = BundleFolder.load(bundle)) {
      PageOrder order =
          loaded.pageOrder().orElseGet(() -> PageOrder.ofPositives(loaded.model().config()));
      return evaluate(log, settings, loaded, new PageRule(PageRule.SERVED_CANDIDATES, order), null);
    }
  }

  /** Evaluates a bundle's model with its counts, but no pages. */
  static Evaluation counted(FeedLog log, EvaluationSettings settings, Path bundle) {
    try (LoadedBundle loaded = BundleFolder.load(bundle)) {
      return evaluate(log, settings, loaded, PageRule.NONE, loaded.counts().orElse(null));
    }
  }

  private static Evaluation evaluate(
      FeedLog log,
      EvaluationSettings settings,
      LoadedBundle loaded,
      PageRule page,
      @Nullable CountedRanking counts) {
    BundleFolder.requireSameItems(loaded, log.catalogue());
    return Evaluator.evaluate(
        log,
        settings.holdout(log),
        loaded.model(),
        EvaluationOptions.test(EvaluationProgress.none()).at(settings.displayed()),
        page,
        counts);
  }
}
