package io.unipin.benchmarks.model;

import io.unipin.benchmarks.headline.NativeShare;
import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.PassClock;
import io.unipin.benchmarks.measure.Spread;
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
            + " matrix product of the same run. Also measures the share of a request that is not"
            + " native compute.",
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
    Spread outside = NativeShare.outside(HISTORY, CANDIDATES, options.quick() ? 100 : 400);
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("what", "GFLOP/s");
    result
        .gflops()
        .forEach((side, rate) -> table.row(side, String.format(Locale.ROOT, "%.1f", rate)));
    table.print(out);
    out.println("encode reaches " + result.encodeShare().text() + " of the best product");
    out.println("score reaches " + result.scoreShare().text() + " of it");
    out.println("outside native compute, KV hit: " + outside.text() + " of what a caller waits");
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("n", HISTORY);
    settings.put("k", CANDIDATES);
    settings.put("rounds", rounds);
    settings.put("model", config);
    settings.put("clock", clock.label());
    settings.put("intra_op_threads", System.getProperty("ai.djl.pytorch.num_threads", "default"));
    Map<String, Object> results = result.toJson();
    results.put("outside_native_share", outside.median());
    results.put("outside_native_share_spread", outside.toJson());
    options.write("efficiency", settings, results, out);
    return 0;
  }
}
