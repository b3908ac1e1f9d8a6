package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
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

/** Compares one model that has a user KV cache with two independent models. */
@Command(
    name = "headline",
    description = {
      "Compares one model with two models. All sides are configurations of the same server: two"
          + " models that each read the history (the second with sparse or dense attention), one"
          + " model whose KV lives for one request, one model with the user KV cache, and one and"
          + " two models with a cache that is too small. All these sides use the same engine.",
      "Further sides are two models in PyTorch, computed by their TorchScript programs, in float32"
          + " and in int8, and one model with the user KV cache in int8. The sides in int8 need a"
          + " processor with AVX512_VNNI.",
      "QPS: four callers request pages without a pause. Latency: pages are requested at random"
          + " times, at the same rate for all sides."
    },
    footer = {"", "Example:", "  ./unipin bench headline --json headline.json --quick"})
public final class HeadlineCommand implements Callable<Integer> {
  /** A size: n history tokens and k candidates. */
  private record Size(int n, int k) {
    String label() {
      return n + "x" + k;
    }
  }

  private static final List<Size> SIZES = List.of(new Size(512, 200), new Size(992, 656));

  @Option(
      names = "--only",
      paramLabel = "NxK",
      description = "Measure only this size: 512x200 or 992x656.")
  private @Nullable String only;

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Size> sizes =
        SIZES.stream().filter(size -> only == null || size.label().equals(only)).toList();
    if (sizes.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "512x200 or 992x656 expected for --only, got " + only);
    }
    Headline.Plan plan = Headline.Plan.of(options.quick());
    Map<String, Object> results = new LinkedHashMap<>();
    Table table =
        new Table("n x k", "side", "QPS", "x two models", "CPU per page", "p50 at load", "hits");
    long steps = (long) plan.steps() * sizes.size();
    try (Progress progress = Progress.begin("headline", steps)) {
      for (Size size : sizes) {
        long before = (long) results.size() * plan.steps();
        try (ScratchFolder folder = ScratchFolder.create("headline")) {
          HeadlineWorld world =
              new HeadlineWorld(folder.path().resolve("bundles"), size.n(), size.k());
          progress.at(before, steps, size.label());
          HeadlineFigures figures =
              new Headline(world, folder, plan)
                  .run(done -> progress.at(before + done, steps, size.label()));
          results.put(size.label(), figures.toJson());
          figures.print(table, size.label());
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    table.print(out);
    out.println("ratios: median over alternating rounds (quartiles)");
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("rounds", plan.rounds());
    settings.put("seconds_per_round", plan.length().toSeconds());
    settings.put("pages_per_round_at_equal_load", plan.pages());
    settings.put("equal_load", Headline.LOAD);
    settings.put("visitors", HeadlineTraffic.VISITORS);
    settings.put("items", HeadlineWorld.ITEMS);
    options.write("headline", settings, results, out);
    return 0;
  }
}
