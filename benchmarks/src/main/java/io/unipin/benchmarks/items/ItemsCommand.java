package io.unipin.benchmarks.items;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.cli.console.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Puts items while a server serves pages. Measures how soon searches find the items, and what the
 * puts cost.
 */
@Command(
    name = "items",
    description = {
      "Puts items while a server serves.",
      "visible: 100 items a second beside half of the pages that the server can serve; when the first page has a watched item, and what puts cost pages.",
      "many: 100,000 items over a bundle of 100,000: recall, memory, and the restart after SIGKILL.",
      "equal: 10,000 items by RPC against a bundle that has them without learned ids, in exact search.",
      "keys: a million items: what their keys take, and pages that name items by key against pages that name ids.",
      "explore: a simulated week with daily training, with and without exploration; not part of --quick unless --only names it."
    },
    footer = {"", "Example:", "  ./unipin bench items --json items.json"})
public final class ItemsCommand implements Callable<Integer> {
  /** A part of the benchmark. Its figures go into {@code results}. */
  private interface Part {
    void run(ScratchFolder scratch, boolean quick, Map<String, Object> results)
        throws IOException, InterruptedException;
  }

  private static final List<String> PARTS = List.of("visible", "many", "equal", "keys", "explore");
  private static final List<String> QUICK_PARTS = List.of("visible", "many", "equal", "keys");

  @Option(
      names = "--only",
      paramLabel = "PART",
      description = "One part: visible, many, equal, keys or explore.")
  private @Nullable String only;

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  private static Part part(String name) {
    return switch (name) {
      case "visible" -> VisibleItems::measure;
      case "many" -> ManyItems::measure;
      case "equal" -> EqualItems::measure;
      case "keys" -> KeyItems::measure;
      case "explore" -> ExploredWeek::measure;
      default -> throw new IllegalArgumentException("one of " + PARTS + " expected, got " + name);
    };
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    String part = only;
    if (part != null && !PARTS.contains(part)) {
      throw new ParameterException(
          spec.commandLine(), String.join(", ", PARTS) + " expected for --only, got " + part);
    }
    List<String> all = options.quick() ? QUICK_PARTS : PARTS;
    List<String> names = part == null ? all : List.of(part);
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
