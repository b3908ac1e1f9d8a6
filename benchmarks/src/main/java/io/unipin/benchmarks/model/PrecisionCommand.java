package io.unipin.benchmarks.model;

import io.unipin.benchmarks.headline.Headline;
import io.unipin.benchmarks.headline.HeadlineSide;
import io.unipin.benchmarks.headline.HeadlineWorld;
import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.benchmarks.quality.DataSet;
import io.unipin.benchmarks.quality.PrecisionLoss;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.cli.console.Table;
import io.unipin.model.engine.Implementation;
import io.unipin.model.engine.MatrixType;
import io.unipin.model.engine.NativeEngine;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the gain in speed and the loss of quality with int8. */
@Command(
    name = "precision",
    description = {
      "Compares engine.precision INT8 with FLOAT32: pages per second of the headline's session"
          + " traffic (512x200, user KV), and the quality of a trained recipe, with the same"
          + " bundle evaluated in both precisions. The program computes, and, if the processor has"
          + " AVX512_VNNI, also the native engine."
    },
    footer = {"", "Example:", "  ./unipin bench precision --json precision.json --quick"})
public final class PrecisionCommand implements Callable<Integer>, Checked {
  private static final int HISTORY = 512;
  private static final int CANDIDATES = 200;
  private static final int CALLERS = 4;
  private static final double MOST_QPS = 250;

  @Option(
      names = "--data",
      defaultValue = "ml-100k",
      paramLabel = "NAME",
      description = "Recipe to train, or simulator. Default: ${DEFAULT-VALUE}.")
  private String data;

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  @Override
  public void check() {
    Home home = Home.find();
    Path recipe =
        home.recipe(data, "train.yaml")
            .orElseThrow(() -> new CheckException("--data: no recipes/" + data + "/train.yaml"));
    TrainConfig.read(recipe);
    DataSet.require(home, data);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    int rounds = options.quick() ? 3 : 7;
    int seeds = options.quick() ? 1 : 3;
    Duration length = Duration.ofSeconds(options.quick() ? 5 : 8);
    Map<String, Object> results = new LinkedHashMap<>();
    List<Implementation> implementations = implementations();
    long steps = 1 + (long) implementations.size() * rounds;
    try (Progress progress = Progress.begin("precision", steps)) {
      progress.at(0, steps, "training and evaluating " + data);
      Map<String, Object> loss =
          PrecisionLoss.measure(
                  Home.find(), data, seeds, options.quick() ? 3 : 0, implementations.size() > 1)
              .toJson();
      for (Implementation by : implementations) {
        long before = 1 + (long) implementations.indexOf(by) * rounds;
        Spread ratio =
            speed(by, rounds, length, round -> progress.at(before + round, steps, "speed"));
        String suffix = by == Implementation.NATIVE ? "_native" : "";
        results.put("qps_ratio" + suffix, ratio.median());
        results.put("qps_ratio_spread" + suffix, ratio.toJson());
      }
      results.putAll(loss);
    }
    PrintWriter out = spec.commandLine().getOut();
    print(results, out);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("data", data);
    settings.put("seeds", seeds);
    settings.put("rounds", rounds);
    settings.put("seconds_per_round", length.toSeconds());
    settings.put("size", HISTORY + "x" + CANDIDATES);
    options.write("precision", settings, results, out);
    return 0;
  }

  private static void print(Map<String, Object> results, PrintWriter out) {
    Table table = new Table("int8 against float32", "");
    for (String key :
        List.of(
            "qps_ratio",
            "qps_ratio_native",
            "hr10_loss_relative",
            "ndcg10_loss_relative",
            "auc_loss_relative",
            "hr10_loss_relative_native",
            "ndcg10_loss_relative_native",
            "auc_loss_relative_native")) {
      Object figure = results.get(key);
      table.row(key, figure instanceof Double d ? String.format(Locale.ROOT, "%.4f", d) : "-");
    }
    table.print(out);
  }

  /** Returns the implementations that compute in both precisions on this processor. */
  private static List<Implementation> implementations() {
    return NativeEngine.unsupported(BenchModel.shape(HISTORY), MatrixType.INT8).isEmpty()
        ? List.of(Implementation.PROGRAM, Implementation.NATIVE)
        : List.of(Implementation.PROGRAM);
  }

  /**
   * Returns the pages per second in int8, divided by the pages per second in float32 with the same
   * engine.
   */
  private static Spread speed(
      Implementation implementation, int rounds, Duration length, IntConsumer done)
      throws IOException, InterruptedException {
    double[] ratios = new double[rounds];
    try (ScratchFolder folder = ScratchFolder.create("precision")) {
      HeadlineWorld world =
          new HeadlineWorld(folder.path().resolve("bundles"), HISTORY, CANDIDATES);
      world.publish(folder.path());
      HeadlineSide.Kind kind = HeadlineSide.Kind.ONE_MODEL_USER;
      String by = "engine.implementation=" + implementation;
      try (HeadlineSide float32 = HeadlineSide.start(kind, world, folder.path(), by);
          HeadlineSide int8 =
              HeadlineSide.start(kind, world, folder.path(), by, "engine.precision=INT8")) {
        float32.traffic().rehearse(CALLERS, Headline.REHEARSAL);
        int8.traffic().rehearse(CALLERS, Headline.REHEARSAL);
        for (int round = 0; round < rounds; round++) {
          double slow = float32.traffic().saturate(CALLERS, length, MOST_QPS).qps();
          ratios[round] = int8.traffic().saturate(CALLERS, length, MOST_QPS).qps() / slow;
          done.accept(round + 1);
        }
      }
    }
    return Spread.of(ratios);
  }
}
