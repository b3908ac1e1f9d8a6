package io.unipin.cli.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.console.CommandException;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.study.RefreshResult;
import io.unipin.evaluate.study.RefreshStudy;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Protocol;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.train.recipe.EvaluationSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option of a study of refreshed counts. */
final class RefreshOption {
  @Option(
      names = "--refreshed-counts",
      description =
          "Also measure ranking with counts that are refreshed before each day of the test part. The"
              + " bundle must have counts, and the log must be split by time.")
  private boolean wanted;

  boolean isWanted() {
    return wanted;
  }

  /** Refuses a bundle without counts, and a log that is not split by time. */
  void check(Path bundle, EvaluationSettings settings) {
    if (!wanted) {
      return;
    }
    if (!CountedRanking.isIn(BundleReader.model(bundle))) {
      throw new CheckException(
          "--refreshed-counts: a bundle with counts expected, got " + bundle + ", which has none");
    }
    if (settings.protocol() != Protocol.TIME_SPLIT) {
      throw new CheckException(
          "--refreshed-counts: a log that is split by time expected, got " + settings.parts());
    }
  }

  /**
   * Studies a bundle, and prints and returns the figures.
   *
   * @param evaluation evaluation of the bundle, with its counts
   */
  ObjectNode study(
      LoadedBundle bundle,
      Evaluation evaluation,
      FeedLog log,
      Holdout holdout,
      PrintWriter console) {
    CountedRanking counts =
        bundle
            .counts()
            .filter(ranking -> !evaluation.ranking().generation().isEmpty())
            .orElseThrow(
                () ->
                    new CommandException(
                        "--refreshed-counts: counts that end before the test part expected in "
                            + bundle.name()));
    RefreshResult result = RefreshStudy.run(log, holdout, evaluation.predictions(), counts);
    console.print(result.toTable());
    return result.toJson();
  }
}
