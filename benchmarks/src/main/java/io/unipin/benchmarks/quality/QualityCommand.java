package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.benchmarks.rival.DinRival;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputCheck;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Table;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.split.Protocol;
import io.unipin.train.TrainOrigin;
import io.unipin.train.recipe.EvaluationSettings;
import io.unipin.train.recipe.Recipe;
import io.unipin.train.recipe.ResolvedRecipe;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains and evaluates the recipe of a data set over several seeds. */
@Command(
    name = "quality",
    description = {
      "Trains and evaluates recipes/NAME/train.yaml on a public data set, once per seed. Prints"
          + " mean and spread of every figure.",
      "An interrupted run continues where it stopped."
    },
    footer = {
      "",
      "Example:",
      "  ./unipin bench quality --data ml-100k --json quality.json",
      "  ./unipin bench quality --data ml-100k --rivals --json quality.json",
      "  ./unipin bench quality --data simulator --quick"
    })
public final class QualityCommand implements Callable<Integer>, Checked {
  /** If a training takes longer than this, each rival is trained only once. */
  private static final int LONG_SECONDS = 3600;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "NAME",
      description =
          "Name of a data set: a folder in UNIPIN_DATA (default ../shared/data) that has a recipe,"
              + " simulator, or simulator-long (histories of about 2,000 actions).")
  private String data;

  @Option(
      names = "--seeds",
      defaultValue = "3",
      paramLabel = "N",
      description = "Number of trainings. Default: ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Changes one setting of the recipe, for an ablation.")
  private Map<String, String> changes = new LinkedHashMap<>();

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Folder for unfinished work. Default: .unipin/quality/NAME.")
  @Output(Output.Kind.FOLDER)
  private @Nullable Path work;

  @Option(names = "--quick", description = "Train one seed for two epochs, with the same keys.")
  private boolean quick;

  @Option(
      names = "--din",
      description =
          "Also train a deep interest network on the same impressions, without a limit of time. Its"
              + " figures are din_auc and din_gauc. --rivals trains one within a limit, and gives"
              + " its figures in rivals; the two options may be combined.")
  private boolean din;

  @Option(
      names = "--rivals",
      description = {
        "Also train rivals on the same split, each for at most the minutes of a training of ours:"
            + " SASRec with sampled and with full softmax, HSTU, DIN. Also measures the baseline of"
            + " counts, and pages of the best pair of retriever and ranker."
      })
  private boolean rivals;

  @Option(
      names = "--rival-seeds",
      paramLabel = "N",
      description =
          "Number of trainings of each rival. Default: as many as --seeds, but one if a training of"
              + " ours takes more than an hour.")
  private @Nullable Integer rivalSeeds;

  @Option(
      names = "--pre-rank",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Also measure how many candidates a page must score with retrieval.preRank N (3 to 10).")
  private int preRank;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Option(
      names = "--publish",
      description = "Also write the figures to docs/results/quality-NAME.json.")
  private boolean publish;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (seeds < 1) {
      throw new CheckException("--seeds: 1 or more expected, got " + seeds);
    }
    if (rivalSeeds != null && (!rivals || rivalSeeds < 1 || rivalSeeds > seeds)) {
      throw new CheckException(
          "--rival-seeds: 1 to %s with --rivals expected, got %s".formatted(seeds, rivalSeeds));
    }
    if (preRank != 0 && (preRank < 3 || preRank > 10)) {
      throw new CheckException("--pre-rank: 3 to 10 expected, got " + preRank);
    }
    Home home = Home.find();
    Recipe.read(recipe(home), changes);
    DataSet.require(home, data);
    if (publish) {
      OutputCheck.require("--publish", Output.Kind.FILE, published(home));
    }
  }

  private Path recipe(Home home) {
    return home.recipe(data, "train.yaml")
        .orElseThrow(
            () -> new CommandException("no recipes/" + data + "/train.yaml to train with"));
  }

  private Path published(Home home) {
    return home.root().resolve("docs/results/quality-" + data + ".json");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Home home = Home.find();
    Path file = recipe(home);
    Map<String, String> settings = new LinkedHashMap<>(changes);
    if (quick) {
      seeds = 1;
      settings.putIfAbsent("training.epochs", "2");
    }
    List<String> options = new ArrayList<>(List.of("--config", file.toString()));
    settings.forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
    Path folder = work == null ? home.work("quality").resolve(data) : work;
    Path feedLog = DataSet.feedLog(home, data, folder.toAbsolutePath());
    FeedLog log = FeedLogReader.read(feedLog, 0);
    PrintWriter out = spec.commandLine().getOut();
    ResolvedRecipe resolved = Recipe.read(file, settings).resolve(log);
    TrainConfig recipe = resolved.config();
    TrainOrigin origin = TrainOrigin.of(recipe, log);
    SeedRuns runs =
        new SeedRuns(home, feedLog, folder, options, origin, studies(recipe), out::println);
    DinRival rival = din ? new DinRival(log, recipe.evaluation()) : null;
    RivalRuns rivalRuns = rivals ? new RivalRuns(log, folder, recipe, out::println) : null;
    List<SeedRuns.Seed> done = new ArrayList<>();
    List<ObjectNode> comparisons = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      SeedRuns.Seed each = runs.run(seed);
      if (rival != null) {
        ((ObjectNode) each.evaluation()).setAll(rival.judge(seed, out::println));
      }
      if (rivalRuns != null && seed <= rivalSeeds(each)) {
        comparisons.add(compare(rivalRuns, seed, each, log, recipe.evaluation()));
      }
      done.add(each);
      out.printf("seed %s of %s%s%n", seed, seeds, each.earlier() ? ", from an earlier run" : "");
      out.flush();
    }
    ObjectNode results = QualityFigures.of(done, recipe.evaluation().headline(log));
    if (!comparisons.isEmpty()) {
      results.setAll(RivalSummary.of(comparisons));
    }
    print(results, out);
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("data", data);
    described.put("quick", quick);
    described.put("recipe", recipe);
    described.put("chosen", resolved.chosen());
    described.put("protocol", done.get(0).evaluation().get("protocol"));
    write(home, described, results, out);
    return 0;
  }

  private SeedRuns.Studies studies(TrainConfig recipe) {
    return new SeedRuns.Studies(preRank, recipe.evaluation().protocol() == Protocol.TIME_SPLIT);
  }

  /** Returns the number of seeds of the rivals. */
  private int rivalSeeds(SeedRuns.Seed ours) {
    if (rivalSeeds != null) {
      return Math.min(rivalSeeds, seeds);
    }
    return seconds(ours) > LONG_SECONDS ? 1 : seeds;
  }

  private static double seconds(SeedRuns.Seed ours) {
    return ours.training().path("seconds").asDouble();
  }

  private static ObjectNode compare(
      RivalRuns runs, int seed, SeedRuns.Seed ours, FeedLog log, EvaluationSettings settings)
      throws IOException {
    Duration limit = Duration.ofMillis((long) (1000 * seconds(ours)));
    return runs.run(seed, () -> BundleEvaluation.of(log, settings, ours.bundle()), limit);
  }

  private static void print(ObjectNode results, PrintWriter out) {
    Table table = new Table("figure", "mean", "spread");
    rows("", results, table);
    for (Map.Entry<String, JsonNode> rival : results.path("rivals").properties()) {
      rows(rival.getKey() + " ", rival.getValue(), table);
      for (Map.Entry<String, JsonNode> figure : rival.getValue().properties()) {
        rows(rival.getKey() + " " + figure.getKey() + " ", figure.getValue(), table);
      }
    }
    rows("pair ", results.path("pair"), table);
    for (Map.Entry<String, JsonNode> slicing : results.path("slices").properties()) {
      rows(slicing.getKey() + " ", slicing.getValue(), table);
      for (Map.Entry<String, JsonNode> slice : slicing.getValue().properties()) {
        rows(slicing.getKey() + " " + slice.getKey() + " ", slice.getValue(), table);
      }
    }
    rows("prerank ", results.path("prerank"), table);
    table.print(out);
  }

  /** Adds a row for each figure of an object. Skips the figures of nested objects. */
  private static void rows(String prefix, JsonNode figures, Table table) {
    for (Map.Entry<String, JsonNode> figure : figures.properties()) {
      JsonNode mean = figure.getValue().path("mean");
      if (mean.isNumber()) {
        JsonNode spread = figure.getValue().path("spread");
        table.row(prefix + figure.getKey(), number(mean), spread.isNumber() ? number(spread) : "-");
      }
    }
  }

  private static String number(JsonNode value) {
    return String.format(Locale.ROOT, "%.4f", value.asDouble());
  }

  private void write(Home home, Map<String, ?> settings, ObjectNode results, PrintWriter out)
      throws IOException {
    Map<String, ?> fields =
        new ObjectMapper().convertValue(results, new TypeReference<Map<String, Object>>() {});
    Figures figures = new Figures("quality", settings, fields);
    if (json != null) {
      figures.write(json, home.root());
      out.println("figures: " + json);
    }
    if (publish) {
      figures.write(published(home), home.root());
      out.println("figures: " + published(home));
    }
  }
}
