package io.unipin.benchmarks.model;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.PassClock;
import io.unipin.benchmarks.model.RankForward.Cell;
import io.unipin.benchmarks.model.RankForward.Size;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import io.unipin.model.features.ModelConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints how much time scoring from cached keys and values saves. */
@Command(
    name = "rank-forward",
    description =
        "Compares scoring from KV with encoding the history again: with sparse attention (a causal"
            + " pass, then the candidates) and with dense attention (one pass with an (n+k) x"
            + " (n+k) mask).",
    footer = {"", "Example:", "  ./unipin bench rank-forward --json rank-forward.json --quick"})
public final class RankForwardCommand implements Callable<Integer> {
  private static final int HISTORY = 992;
  private static final int CANDIDATES = 656;

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PassClock clock = PassClock.find();
    ModelConfig config = BenchModel.shape(HISTORY);
    List<Size> sizes = sizes(options.quick());
    RankForward comparison = new RankForward(config, clock.nanos());
    List<Cell> cells;
    try (Progress progress = Progress.begin("rank-forward", sizes.size())) {
      cells =
          comparison.run(
              sizes,
              size -> progress.at(sizes.indexOf(size), sizes.size(), size.n() + " x " + size.k()));
    }
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("n", "k", "from KV", "sparse / KV", "by FLOP", "dense / KV", "by FLOP");
    for (Cell cell : cells) {
      table.row(
          cell.size().n(),
          cell.size().k(),
          String.format(Locale.ROOT, "%.1f ms", cell.cachedMs().median()),
          cell.sparse().text(),
          String.format(Locale.ROOT, "%.2f", cell.sparseByFlops()),
          cell.dense().text(),
          String.format(Locale.ROOT, "%.2f", cell.denseByFlops()));
    }
    table.print(out);
    out.println("ratios: median over alternating rounds (quartiles)");
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("model", config);
    settings.put("engine", comparison.engine());
    settings.put("kv_type", "float32");
    settings.put("clock", clock.label());
    settings.put("intra_op_threads", System.getProperty("ai.djl.pytorch.num_threads", "default"));
    options.write("rank-forward", settings, RankForward.results(cells), out);
    return 0;
  }

  private static List<Size> sizes(boolean quick) {
    List<Size> sizes = new ArrayList<>();
    sizes.add(new Size(HISTORY, CANDIDATES, quick ? 7 : 25));
    int[] histories = quick ? new int[] {512} : new int[] {128, 512, HISTORY};
    double[] shares = quick ? new double[] {0.25, 1} : new double[] {0.125, 0.25, 0.5, 1, 2};
    for (int n : histories) {
      for (double share : shares) {
        sizes.add(new Size(n, (int) (n * share), quick ? 5 : 11));
      }
    }
    return sizes;
  }
}
