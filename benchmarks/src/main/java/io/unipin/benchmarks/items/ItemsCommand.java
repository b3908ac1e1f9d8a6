package io.unipin.benchmarks.items;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.quality.ColdItems;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Puts items while a server serves pages. Measures how soon searches find the items, and what the
 * puts cost. Also measures how well models find items that their training did not know.
 */
@Command(
    name = "items",
    description = {
      "Puts items while a server serves.",
      "visible: 100 items a second beside half of the pages that the server can serve; when the"
          + " first page has a watched item, and what puts cost pages.",
      "many: 100,000 items over a bundle of 100,000: recall, memory, and the restart after"
          + " SIGKILL.",
      "equal: 10,000 items by RPC against a bundle that has them without learned ids, in exact"
          + " search.",
      "keys: a million items: what their keys take, and pages that name items by key against pages"
          + " that name ids.",
      "explore: a simulated week with daily training, with and without exploration. An interrupted"
          + " run continues with the first week that is not finished.",
      "cold: trains each data set's recipe, and one with settings for new items, and judges both by"
          + " items that training did not know. An interrupted run continues where it stopped.",
      "explore and cold are not part of --quick unless --only names them."
    },
    footer = {
      "",
      "Example:",
      "  ./unipin bench items --json items.json",
      "  ./unipin bench items --only cold --data beauty,kuairand --json cold.json",
      "  ./unipin bench items --only cold --data kuairand --set training.scoreReg=0.1"
    })
public final class ItemsCommand implements Callable<Integer>, Checked {
  /** A part of the benchmark. Its figures go into {@code results}. */
  private interface Part {
    void run(ScratchFolder scratch, boolean quick, Map<String, Object> results)
        throws IOException, InterruptedException;
  }

  private static final List<String> PARTS =
      List.of("visible", "many", "equal", "keys", "explore", "cold");
  private static final List<String> QUICK_PARTS = List.of("visible", "many", "equal", "keys");
  private static final int QUICK_EPOCHS = 2;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "Parts: visible, many, equal, keys, explore, cold.")
  private List<String> only = List.of();

  @Option(
      names = "--data",
      split = ",",
      paramLabel = "NAME",
      description =
          "Data sets of the part cold: beauty, beauty-by-time, simulator, kuairand, ml-100k."
              + " Default: all.")
  private List<String> data = ColdItems.names();

  @Option(
      names = "--seeds",
      defaultValue = "3",
      paramLabel = "N",
      description =
          "Number of weeks in the part explore, and of trainings of each recipe in the part cold."
              + " Default: ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Another setting of the recipe for new items, in the part cold.")
  private Map<String, String> changes = new LinkedHashMap<>();

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  private Part part(String name) {
    return switch (name) {
      case "visible" -> VisibleItems::measure;
      case "many" -> ManyItems::measure;
      case "equal" -> EqualItems::measure;
      case "keys" -> KeyItems::measure;
      case "explore" ->
          (scratch, quick, results) ->
              ExploredWeek.measure(
                  scratch.path(), quick, quick ? 1 : seeds, results, System.err::println);
      case "cold" ->
          (scratch, quick, results) ->
              ColdItems.measure(Home.find(), plan(), results, System.err::println);
      default -> throw new IllegalArgumentException("one of " + PARTS + " expected, got " + name);
    };
  }

  private ColdItems.Plan plan() {
    return new ColdItems.Plan(
        data, options.quick() ? 1 : seeds, options.quick() ? QUICK_EPOCHS : 0, changes);
  }

  /** Returns the names of the parts that this run measures. */
  private List<String> parts() {
    if (only.isEmpty()) {
      return options.quick() ? QUICK_PARTS : PARTS;
    }
    return only;
  }

  @Override
  public void check() {
    for (String part : only) {
      if (!PARTS.contains(part)) {
        throw new CheckException(String.join(", ", PARTS) + " expected for --only, got " + part);
      }
    }
    if (seeds < 1) {
      throw new CheckException("--seeds: 1 or more expected, got " + seeds);
    }
    for (String study : data) {
      if (!ColdItems.names().contains(study)) {
        throw new CheckException(
            String.join(", ", ColdItems.names()) + " expected for --data, got " + study);
      }
    }
    if (parts().contains("cold")) {
      ColdItems.check(Home.find(), plan());
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> names = parts();
    Map<String, Object> results = new LinkedHashMap<>();
    try (Progress progress = Progress.begin("items", names.size());
        ScratchFolder scratch = ScratchFolder.create("items")) {
      for (int i = 0; i < names.size(); i++) {
        progress.at(i, names.size(), names.get(i));
        part(names.get(i)).run(scratch, options.quick(), results);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    results.forEach((key, value) -> out.println(key + ": " + value));
    options.write("items", Map.of("quick", options.quick(), "parts", names), results, out);
    return 0;
  }
}
