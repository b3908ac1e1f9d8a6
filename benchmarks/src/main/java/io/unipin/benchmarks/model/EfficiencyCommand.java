package io.unipin.benchmarks.model;

import io.unipin.benchmarks.headline.PageCost;
import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.PassClock;
import io.unipin.benchmarks.model.Efficiency.Shape;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import io.unipin.model.features.ModelConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Prints the model's operations per second, as a share of the best rate that the machine reaches.
 */
@Command(
    name = "efficiency",
    description =
        "Measures the operations per second of encode and score, divided by those of the best"
            + " matrix product of the same run. Also measures the time of a page outside native"
            + " compute, the bytes that a page allocates, and its processor time by thread.",
    footer = {"", "Example:", "  ./unipin bench efficiency --json efficiency.json --quick"})
public final class EfficiencyCommand implements Callable<Integer> {
  private static final int HISTORY = 512;
  private static final int CANDIDATES = 200;
  private static final List<Shape> SHAPES =
      List.of(
          new Shape(512, 256, 1024),
          new Shape(512, 1024, 256),
          new Shape(512, 512, 512),
          new Shape(1024, 1024, 1024),
          new Shape(1536, 1536, 1536));

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PassClock clock = PassClock.find();
    ModelConfig config = BenchModel.shape(HISTORY);
    Efficiency.Result result;
    int rounds = options.quick() ? 15 : 61;
    try (Progress progress = Progress.begin("efficiency", -1)) {
      progress.at(0, -1, rounds + " rounds");
      result = new Efficiency(config, clock.nanos()).run(HISTORY, CANDIDATES, SHAPES, rounds);
    }
    PageCost page = PageCost.measure(HISTORY, CANDIDATES, options.quick() ? 100 : 400);
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("what", "GFLOP/s");
    result
        .gflops()
        .forEach((side, rate) -> table.row(side, String.format(Locale.ROOT, "%.1f", rate)));
    table.print(out);
    out.println("encode reaches " + result.encodeShare().text() + " of the best product");
    out.println("score reaches " + result.scoreShare().text() + " of it");
    print(page, out);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("n", HISTORY);
    settings.put("k", CANDIDATES);
    settings.put("rounds", rounds);
    settings.put("model", config);
    settings.put("engine", result.engine());
    settings.put("clock", clock.label());
    settings.put("intra_op_threads", System.getProperty("ai.djl.pytorch.num_threads", "default"));
    Map<String, Object> results = result.toJson();
    settings.put("engine_of_pages", page.engine());
    results.putAll(page.toJson());
    options.write("efficiency", settings, results, out);
    return 0;
  }

  private static void print(PageCost page, PrintWriter out) {
    out.println(
        "outside native compute, KV hit: "
            + page.outsideShare().text()
            + " of what a caller waits; "
            + page.outsideOverScore().text()
            + " of scoring");
    Table table = new Table("a page", "KV hit", "two actions recorded before");
    table.row(
        "allocated",
        String.format(Locale.ROOT, "%.1f KB", page.hit().bytes() / 1000),
        String.format(Locale.ROOT, "%.1f KB", page.session().bytes() / 1000));
    page.hit()
        .cpuMs()
        .forEach(
            (threads, ms) ->
                table.row(
                    threads,
                    String.format(Locale.ROOT, "%.2f ms", ms),
                    String.format(
                        Locale.ROOT,
                        "%.2f ms",
                        page.session().cpuMs().getOrDefault(threads, 0.0))));
    table.print(out);
  }
}
