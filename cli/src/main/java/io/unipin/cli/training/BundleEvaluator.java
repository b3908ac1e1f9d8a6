package io.unipin.cli.training;

import io.unipin.cli.bundle.BundleFolder;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.heldout.CommonItems;
import io.unipin.evaluate.heldout.HeldOutLog;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.PageOrder;
import io.unipin.serving.bundle.LoadedBundle;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates published bundles on the test split.
 *
 * @param engine what computes the models
 * @param displayed whether candidates are scored at the positions where they were shown
 * @param err takes warnings
 */
record BundleEvaluator(EngineOptions engine, boolean displayed, PrintWriter err) {
  /**
   * Evaluates a bundle.
   *
   * @param data a log with the bundle's items, in their order
   */
  Evaluation evaluate(Path folder, HeldOutLog data) {
    try (LoadedBundle loaded = BundleFolder.load(folder, engine)) {
      BundleFolder.requireSameItems(loaded, data.log().catalogue());
      PageOrder order =
          loaded.pageOrder().orElseGet(() -> PageOrder.ofPositives(loaded.model().config()));
      int threads = Runtime.getRuntime().availableProcessors();
      return HeldOutEvaluation.evaluate(
          data,
          loaded.model(),
          order,
          counts(folder, loaded.model(), data),
          new HeldOutEvaluation.Extent(threads, displayed, Integer.MAX_VALUE));
    }
  }

  /** Returns the items that a log and a bundle have. */
  static CommonItems common(Path folder, FeedLog log, Holdout holdout) {
    try (LoadedBundle loaded = BundleFolder.load(folder)) {
      return new CommonItems(log, holdout, loaded.catalogue());
    }
  }

  /**
   * Returns the counts in a bundle. Leaves them out, with a warning, if they count a part of the
   * test split.
   */
  private @Nullable CountedRanking counts(Path folder, ServingModel model, HeldOutLog data) {
    CountedRanking counted = HeldOutEvaluation.counts(folder, model, data.log());
    if (counted == null || Evaluator.endsBefore(counted, data.holdout(), Part.TEST)) {
      return counted;
    }
    err.printf(
        "unipin evaluate: warning: the counts of %s end at %s, after the test part begins: the"
            + " bundle is measured without them%n",
        folder, counted.tables().until());
    return null;
  }
}
