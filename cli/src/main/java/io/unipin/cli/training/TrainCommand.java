package io.unipin.cli.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.ann.IndexChoice;
import io.unipin.cli.bundle.BundleFolder;
import io.unipin.cli.check.BadRowsOption;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputCheck;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Failures;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.cli.data.FeedLogText;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.heldout.HeldOutLog;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.database.FileTree;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PageOrder;
import io.unipin.prerank.FittedPreRank;
import io.unipin.serving.bundle.BundlePublisher;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.train.LabelCheck;
import io.unipin.train.RecipeCheck;
import io.unipin.train.TrainResult;
import io.unipin.train.Trainer;
import io.unipin.train.WarmStart;
import io.unipin.train.recipe.Recipe;
import io.unipin.train.recipe.ResolvedRecipe;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model on a feed log, evaluates it on held-out data, and publishes it as a bundle. */
@Command(
    name = "train",
    description = "Trains a model on a feed log and publishes it as a bundle.",
    footer = {
      "",
      "Example:",
      "  ./unipin train --data feedlog --out bundles/main",
      "  ./unipin train --data feedlog --out bundles/long --set training.epochs=40",
      "  ./unipin train --data newer --out bundles/next --warm-start bundles/main --set"
          + " training.epochs=3",
    })
public final class TrainCommand implements Callable<Integer>, Checked {
  @Option(names = "--data", required = true, paramLabel = "DIR", description = "The feed log.")
  @Input(Input.Kind.FEED_LOG)
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "BUNDLE",
      description = "The bundle to create. It must not exist yet.")
  @Output(Output.Kind.BUNDLE)
  private Path out;

  @Option(names = "--config", paramLabel = "FILE", description = "A recipe in YAML.")
  @Input(Input.Kind.FILE)
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Changes one setting of the recipe.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--resume", description = "Continue from the last checkpoint.")
  private boolean resume;

  @Option(
      names = "--warm-start",
      paramLabel = "BUNDLE",
      description =
          "Begin with the weights of an earlier bundle of the same shape. New items, actions and"
              + " surfaces begin with random weights.")
  @Input(Input.Kind.BUNDLE)
  private @Nullable Path warmStart;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Folder for checkpoints. Default: a folder beside the bundle.")
  @Output(Output.Kind.FOLDER)
  private @Nullable Path work;

  @Option(
      names = "--index",
      paramLabel = "FACTORY",
      description =
          "FAISS factory string, or exact. Default: Flat for a small catalogue, else HNSW32.")
  private @Nullable String index;

  @Mixin private BadRowsOption badRows;

  @Option(
      names = "--seconds",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "End the training after this many seconds, also within an epoch. The learning rate falls"
              + " until then. Default: 0, no limit.")
  private int seconds;

  @Option(
      names = "--test-users",
      paramLabel = "N",
      description = "Largest number of users in the evaluation. Default: all.")
  private @Nullable Integer testUsers;

  @Mixin private DeviceOption device;

  @Option(names = "--no-evaluation", description = "Do not evaluate the model on the test split.")
  private boolean noEvaluation;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    badRows.check();
    if (seconds < 0) {
      throw new CheckException("--seconds: 0 or more expected, got " + seconds);
    }
    if (testUsers != null && testUsers < 1) {
      throw new CheckException("--test-users: 1 or more expected, got " + testUsers);
    }
    device.require();
    Path folder = folder();
    OutputCheck.require("--work", Output.Kind.FOLDER, folder);
    TrainConfig recipe = recipe().usual();
    FeedSchema schema = FeedLogReader.schema(data);
    RecipeCheck.require(recipe, schema);
    if (index != null) {
      IndexFactory.require(index, recipe.model().itemDim(), Integer.MAX_VALUE);
    }
    if (resume) {
      RecipeCheck.requireResumes(recipe, folder);
    }
    if (warmStart != null) {
      RecipeCheck.requireContinues(recipe, schema, BundleReader.model(warmStart));
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter console = spec.commandLine().getOut();
    Recipe written = recipe();
    FeedLog log = FeedLogReader.read(data, badRows.most());
    console.println(FeedLogText.sizes(log));
    Holdout holdout = written.usual().evaluation().holdout(log);
    ResolvedRecipe resolved = written.resolve(log, holdout);
    TrainConfig recipe = resolved.config();
    resolved.lines().forEach(console::println);
    TrainText.withheld(recipe, holdout).ifPresent(console::println);
    int items = log.catalogue().size();
    String factory = index == null ? IndexChoice.ofItems(items) : index;
    IndexFactory.require(factory, recipe.model().itemDim(), items);
    new TrainingSpace(RecipeCheck.model(recipe, log)).require(folder(), out, resume);
    List<String> warnings = LabelCheck.warnings(log, holdout);
    warnings.forEach(this::warn);
    if (!resume) {
      RecipeCheck.replaced(recipe, folder()).ifPresent(this::warnOfReplaced);
    }
    TrainResult result = train(recipe, log, holdout);
    resolved.write(result.model().resolve(ResolvedRecipe.FILE));
    console.println(TrainText.of(result, device.device()));
    console.println(TrainText.pageOrder(FittedPageOrder.read(result.model())));
    console.println(TrainText.preRank(FittedPreRank.read(result.model())));
    publish(result, log, factory);
    console.printf("published %s with the index %s%n", out, factory);
    Map<String, Object> results = TrainText.figures(result, resolved);
    if (!noEvaluation) {
      int users = testUsers == null ? Integer.MAX_VALUE : testUsers;
      results.put("evaluation", evaluate(log, holdout, recipe, users));
    }
    if (json != null) {
      Map<String, String> asked =
          Map.of("recipe", recipe.toString(), "index", factory, "device", device.toString());
      new Figures("train", asked, results).write(json, Home.find().root());
    }
    // The warnings are repeated here, because the user may have missed them above the output of the
    // training.
    warnings.forEach(this::warn);
    return 0;
  }

  private void warnOfReplaced(String progress) {
    warn(
        "--work %s: this training replaces an unfinished one (%s), which --resume continues"
            .formatted(folder(), progress));
  }

  private TrainResult train(TrainConfig recipe, FeedLog log, Holdout holdout) throws IOException {
    try (Progress progress = Progress.begin("training", -1)) {
      TrainText follower = new TrainText(progress, seconds);
      return new Trainer(log, holdout, recipe, folder(), follower, device.device())
          .run(resume, warm());
    }
  }

  /**
   * Publishes the trained model. The work folder keeps the model until it is published, because
   * training may take hours.
   */
  private void publish(TrainResult result, FeedLog log, String factory) throws IOException {
    try {
      BundlePublisher.publish(result.model(), log.catalogue(), factory, out);
    } catch (RuntimeException e) {
      Path free = out;
      for (int i = 2; Files.exists(free); i++) {
        free = out.resolveSibling(out.getFileName() + "-" + i);
      }
      Rerun again = Rerun.of(spec).with("--resume").with("--work", folder()).with("--out", free);
      throw new CommandException(
          "%s; the trained model is kept in %s, publish it with: %s"
              .formatted(Failures.line(e), folder(), again),
          e);
    }
    if (work == null) {
      FileTree.delete(folder());
    }
  }

  private Path folder() {
    return work == null ? out.resolveSibling(out.getFileName() + ".training") : work;
  }

  private void warn(String warning) {
    spec.commandLine().getErr().println("unipin train: warning: " + warning);
  }

  private @Nullable WarmStart warm() {
    if (warmStart == null) {
      return null;
    }
    try (LoadedBundle earlier = BundleFolder.load(warmStart)) {
      return new WarmStart(BundleReader.model(warmStart), earlier.catalogue());
    }
  }

  private Recipe recipe() {
    Recipe recipe = config == null ? Recipe.defaults(settings) : Recipe.read(config, settings);
    if (warmStart != null) {
      recipe = RecipeCheck.shapedLike(recipe, BundleReader.model(warmStart));
    }
    return resume ? RecipeCheck.resumed(recipe, folder()) : recipe;
  }

  private ObjectNode evaluate(FeedLog log, Holdout holdout, TrainConfig recipe, int users) {
    try (ServingModel model = ServingModel.load(BundleReader.model(out), EngineOptions.cpu())) {
      ModelConfig config = model.config();
      PageOrder order =
          BundleReader.pageOrder(out, config.actions())
              .orElseGet(() -> PageOrder.ofPositives(config));
      boolean displayed = recipe.evaluation().displayed();
      Evaluation evaluation =
          HeldOutEvaluation.evaluate(
              new HeldOutLog(log, holdout),
              model,
              order,
              HeldOutEvaluation.counts(out, model, log),
              new HeldOutEvaluation.Extent(1, displayed, users));
      spec.commandLine().getOut().print(evaluation.toTable());
      return evaluation.toJson();
    }
  }
}
