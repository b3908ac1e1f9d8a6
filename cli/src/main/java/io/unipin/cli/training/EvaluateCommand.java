package io.unipin.cli.training;

import io.unipin.cli.bundle.BundleFolder;
import io.unipin.cli.check.BadRowsOption;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.policy.PolicyReport;
import io.unipin.evaluate.Calibration;
import io.unipin.evaluate.Comparison;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.heldout.CommonItems;
import io.unipin.evaluate.heldout.HeldOutLog;
import io.unipin.evaluate.slices.Slices;
import io.unipin.evaluate.study.GapStudy;
import io.unipin.evaluate.study.GapStudyResult;
import io.unipin.evaluate.study.QueryStudy;
import io.unipin.evaluate.study.QueryStudyResult;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.Precision;
import io.unipin.model.engine.Implementation;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.train.RecipeCheck;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
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

/** Evaluates a bundle and baselines on the test split of a feed log. */
@Command(
    name = "evaluate",
    description = "Measures retrieval and ranking of a bundle and of baselines.",
    footer = {
      "",
      "Example:",
      "  ./unipin evaluate --bundle bundles/main --data feedlog --json evaluation.json",
      "  ./unipin evaluate --bundle bundles/new --against bundles/main --data feedlog",
      "  ./unipin evaluate --bundle bundles/main --data simulated --gaps --oracle click",
      "  ./unipin evaluate --bundle bundles/new --served served"
    })
public final class EvaluateCommand implements Callable<Integer>, Checked {
  private static final int STUDIED_USERS = 5000;

  @Option(names = "--bundle", required = true, paramLabel = "DIR", description = "The bundle.")
  @Input(Input.Kind.BUNDLE)
  private Path bundle;

  @Option(names = "--data", paramLabel = "DIR", description = "The feed log.")
  @Input(Input.Kind.FEED_LOG)
  private @Nullable Path data;

  @Mixin private ServedEvaluation served;

  @Mixin private RecipeOptions recipes;

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description =
          "Another bundle, evaluated on the same users. Every difference is printed with its"
              + " interval. If the bundles have different items, they are compared over the items"
              + " that both have.")
  @Input(Input.Kind.BUNDLE)
  private @Nullable Path against;

  @Option(
      names = "--queries",
      description =
          "Also measure how much retrieval gains when it favours an outcome, and how much several"
              + " queries gain.")
  private boolean queries;

  @Mixin private PreRankOptions preRank;

  @Mixin private RefreshOption refresh;

  @Option(
      names = "--gaps",
      arity = "0..1",
      split = ",",
      fallbackValue = "1m,1h,6h,1d,7d,30d,90d,365d",
      paramLabel = "GAP",
      description =
          "Also query the model so long after the last action, such as 1m,6h,7d, and compare its"
              + " answers with what users do after similar gaps. Without a value:"
              + " ${FALLBACK-VALUE}.")
  private List<String> gaps = List.of();

  @Option(
      names = "--oracle",
      defaultValue = "",
      paramLabel = "ACTION",
      description =
          "Action whose true probability the log contains (click in a simulated log). Also"
              + " compares predicted probabilities with the true ones.")
  private String oracle = "";

  @Mixin private BadRowsOption badRows;

  @Option(
      names = "--precision",
      defaultValue = "FLOAT32",
      paramLabel = "P",
      description = "Precision of the model: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Precision precision = Precision.FLOAT32;

  @Option(
      names = "--engine",
      defaultValue = "PROGRAM",
      paramLabel = "E",
      description =
          "What computes the model, as engine.implementation of a server:"
              + " ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Implementation implementation = Implementation.PROGRAM;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    badRows.check();
    if ((data == null) != served.isWanted()) {
      throw new CheckException("one of --data and --served expected");
    }
    served.check();
    preRank.check();
    if (data == null && (against != null || studies() || !oracle.isEmpty())) {
      throw new CheckException(
          "--against, --queries, --pre-rank, --refreshed-counts, --gaps and --oracle: --data"
              + " expected");
    }
    if (data != null) {
      RecipeCheck.require(recipes.of(bundle), FeedLogReader.schema(data));
      refresh.check(bundle, recipes.of(bundle).evaluation());
    }
  }

  @Override
  public Integer call() throws IOException {
    if (data == null) {
      PolicyReport report = served.run(bundle, engine(), spec.commandLine().getOut());
      write(used(), Map.of("policies", report));
      return 0;
    }
    gaps.forEach(GapOption::seconds); // refuses a wrong gap before the work begins
    evaluate(data);
    return 0;
  }

  private void evaluate(Path feedLog) throws IOException {
    TrainConfig recipe = recipes.of(bundle);
    PrintWriter err = spec.commandLine().getErr();
    RecipeOptions.warnOfOtherParts(bundle, recipe, err);
    if (against != null) {
      RecipeOptions.warnOfOtherParts(against, recipe, err);
    }
    boolean displayed = recipe.evaluation().displayed();
    FeedLog log = FeedLogReader.read(feedLog, badRows.most());
    Calibration.checkOracle(log, oracle, displayed);
    Holdout holdout = recipe.evaluation().holdout(log);
    // The other bundle is measured later. An error in its items would be found too late then.
    CommonItems common = against == null ? null : BundleEvaluator.common(against, log, holdout);
    PrintWriter console = spec.commandLine().getOut();
    BundleEvaluator evaluator = new BundleEvaluator(engine(), displayed, err);
    Evaluation evaluation = evaluator.evaluate(bundle, new HeldOutLog(log, holdout));
    console.print(evaluation.toTable());
    console.println("Held out by " + recipe.evaluation().parts() + ".");
    console.println(evaluation.protocol());
    Map<String, Object> used = used();
    used.put("evaluation", recipe.evaluation());
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("evaluation", evaluation.toJson());
    Calibration calibration = Calibration.of(evaluation, oracle);
    console.print(calibration.toTable());
    results.put("calibration", calibration.toJson());
    Slices slices = Slices.of(evaluation, log, holdout);
    console.print(slices.toTable(recipe.evaluation().headline(log)));
    results.put("slices", slices.toJson());
    if (studies() || against != null) {
      write(used, results); // what follows may be refused, and takes as long again
    }
    study(evaluation, log, holdout, results);
    if (against != null && common != null) {
      compare(evaluator, evaluation, against, common, results);
    }
    write(used, results);
  }

  /** Compares both bundles. If their items differ, measures both again on the common items. */
  private void compare(
      BundleEvaluator evaluator,
      Evaluation whole,
      Path other,
      CommonItems common,
      Map<String, Object> results) {
    PrintWriter console = spec.commandLine().getOut();
    Evaluation own = common.areAll() ? whole : evaluator.evaluate(bundle, common.own());
    Comparison comparison = Comparison.of(own, evaluator.evaluate(other, common.others()));
    console.println(bundle + " minus " + other + ":");
    if (!common.areAll()) {
      console.println(common.toText());
      results.put("items", common.toJson());
    }
    console.print(comparison.toTable());
    results.put("difference", comparison.toJson());
  }

  private EngineOptions engine() {
    return EngineOptions.cpu(precision).withImplementation(implementation);
  }

  private Map<String, Object> used() {
    return new LinkedHashMap<>(
        Map.of("precision", precision.name(), "implementation", implementation.name()));
  }

  private void write(Map<String, ?> used, Map<String, ?> results) throws IOException {
    if (json != null) {
      new Figures("evaluate", used, results).write(json, Home.find().root());
    }
  }

  private boolean studies() {
    return queries || preRank.isWanted() || refresh.isWanted() || !gaps.isEmpty();
  }

  private void study(
      Evaluation evaluation, FeedLog log, Holdout holdout, Map<String, Object> results)
      throws IOException {
    if (!studies()) {
      return;
    }
    PrintWriter console = spec.commandLine().getOut();
    try (LoadedBundle loaded = BundleFolder.load(bundle, engine())) {
      if (refresh.isWanted()) {
        results.put(
            "counts_refreshed_daily", refresh.study(loaded, evaluation, log, holdout, console));
      }
      if (!gaps.isEmpty()) {
        List<Long> seconds = gaps.stream().map(GapOption::seconds).toList();
        GapStudyResult study = GapStudy.run(log, holdout, loaded.model(), seconds, oracle);
        console.print(study.toTable());
        results.put("gaps", study.toJson());
      }
      if (queries) {
        QueryStudyResult study = QueryStudy.run(log, holdout, loaded.model(), STUDIED_USERS);
        console.print(study.toTable());
        results.put("queries", study.toJson());
      }
      if (preRank.isWanted()) {
        results.put("prerank", preRank.study(loaded, log, holdout, console));
      }
    }
  }
}
