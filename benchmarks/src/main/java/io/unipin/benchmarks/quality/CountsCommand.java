package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.benchmarks.rival.CountsRival;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Table;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the baseline of counts on a data set, without training a model. */
@Command(
    name = "counts",
    description = {
      "Fits the baseline of counts to a public data set, on the splits of recipes/NAME/train.yaml,"
          + " and measures it. Trains no model."
    },
    footer = {"", "Example:", "  ./unipin bench counts --data kuairand-pure --json counts.json"})
public final class CountsCommand implements Callable<Integer>, Checked {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "NAME",
      description =
          "Name of a data set: a folder in UNIPIN_DATA (default ../shared/data) that has a recipe,"
              + " or simulator.")
  private String data;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Folder for the imported log. Default: .unipin/counts/NAME.")
  @Output(Output.Kind.FOLDER)
  private @Nullable Path work;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    Home home = Home.find();
    TrainConfig.read(recipe(home));
    DataSet.require(home, data);
  }

  private Path recipe(Home home) {
    return home.recipe(data, "train.yaml")
        .orElseThrow(() -> new CommandException("no recipes/" + data + "/train.yaml to split by"));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Home home = Home.find();
    TrainConfig recipe = TrainConfig.read(recipe(home));
    Path folder = work == null ? home.work("counts").resolve(data) : work;
    Path feedLog = DataSet.feedLog(home, data, folder.toAbsolutePath());
    CountsRival rival = new CountsRival(FeedLogReader.read(feedLog, 0), recipe.evaluation());
    ObjectNode results = rival.judge();
    PrintWriter out = spec.commandLine().getOut();
    print(results, out);
    if (json != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("data", data);
      settings.put("evaluation", recipe.evaluation().toString());
      new Figures("counts", settings, fields(results)).write(json, home.root());
      out.println("figures: " + json);
    }
    return 0;
  }

  private static Map<String, Object> fields(ObjectNode results) {
    return new ObjectMapper().convertValue(results, new TypeReference<Map<String, Object>>() {});
  }

  private static void print(ObjectNode results, PrintWriter out) {
    Table table = new Table("action", "AUC", "GAUC", "log loss", "ECE", "weights");
    results
        .path("auc")
        .fieldNames()
        .forEachRemaining(
            action ->
                table.row(
                    action,
                    number(results.path("auc").path(action)),
                    number(results.path("gauc").path(action)),
                    number(results.path("log_loss").path(action)),
                    number(results.path("ece").path(action)),
                    weights(results.path("weights").path(action))));
    table.print(out);
  }

  private static String weights(JsonNode weights) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> each : weights.properties()) {
      text.append(text.isEmpty() ? "" : ", ");
      text.append(String.format(Locale.ROOT, "%s %.2f", each.getKey(), each.getValue().asDouble()));
    }
    return text.toString();
  }

  private static String number(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.4f", value.asDouble()) : "-";
  }
}
