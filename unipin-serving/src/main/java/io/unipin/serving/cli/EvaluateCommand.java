package io.unipin.serving.cli;

import io.unipin.data.FeedLog;
import io.unipin.data.FeedLogReader;
import io.unipin.model.Precision;
import io.unipin.model.ServingModel;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.train.Evaluation;
import io.unipin.train.EvaluationOptions;
import io.unipin.train.Evaluator;
import io.unipin.train.Holdout;
import io.unipin.train.Part;
import io.unipin.train.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a bundle on the test part of a feed log, with baselines beside it. */
@Command(
    name = "evaluate",
    description = "Measures retrieval and ranking of a bundle, with baselines beside it.",
    footer = {
      "",
      "Example:",
      "  ./unipin evaluate --bundle bundles/main --data feedlog --json evaluation.json"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Option(names = "--bundle", required = true, paramLabel = "DIR", description = "The bundle.")
  private Path bundle;

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "The feed log.")
  private Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The recipe that trained the bundle: it says what was held out.")
  private @Nullable Path config;

  @Option(
      names = "--max-bad-rows",
      defaultValue = "0",
      paramLabel = "N",
      description = "Bad rows to leave out before giving up. Default: ${DEFAULT-VALUE}.")
  private long maxBadRows;

  @Option(
      names = "--precision",
      defaultValue = "FLOAT32",
      paramLabel = "P",
      description = "What to compute in: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Precision precision = Precision.FLOAT32;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TrainConfig recipe = config == null ? TrainConfig.defaults() : TrainConfig.read(config);
    int holdout = recipe.evaluation().holdout();
    FeedLog log = FeedLogReader.read(data, maxBadRows);
    PrintWriter console = spec.commandLine().getOut();
    try (LoadedBundle loaded = BundleFolder.load(bundle, precision)) {
      BundleFolder.requireSameItems(loaded, log.catalogue());
      int threads = Runtime.getRuntime().availableProcessors();
      Evaluation evaluation =
          evaluate(log, Holdout.leaveLast(log, holdout), loaded.model(), threads);
      console.print(evaluation.toTable());
      console.println(evaluation.protocol());
      if (json != null) {
        new Figures(
                "evaluate",
                Map.of("holdout", holdout, "precision", precision.name()),
                Map.of("evaluation", evaluation.toJson()))
            .write(json, Home.find().root());
      }
    }
    return 0;
  }

  static Evaluation evaluate(FeedLog log, Holdout holdout, ServingModel model, int threads) {
    try (Progress progress = Progress.begin("evaluating", -1)) {
      return Evaluator.evaluate(
          log,
          holdout,
          model,
          new EvaluationOptions(
              Part.TEST,
              threads,
              Integer.MAX_VALUE,
              0,
              (users, ofUsers) -> progress.at(users, ofUsers, users + " users")));
    }
  }
}
