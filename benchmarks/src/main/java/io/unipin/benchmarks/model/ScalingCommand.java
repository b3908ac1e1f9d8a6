package io.unipin.benchmarks.model;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.measure.FigureRows;
import io.unipin.benchmarks.measure.PassClock;
import io.unipin.cli.console.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the time of each stage while one size grows. */
@Command(
    name = "scaling",
    description =
        "Measures the cost of encoding, appending, scoring, look-up and search while one size"
            + " grows: history length, candidates, layers, cached users or catalogue size. Also"
            + " compares encoding with and without windows of attention.",
    footer = {"", "Example:", "  ./unipin bench scaling --json scaling.json --quick"})
public final class ScalingCommand implements Callable<Integer> {
  private static final String WINDOW = "window";
  private static final String WINDOW_RATIO = "window_encode_ratio";

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  private interface Measure {
    Map<String, Object> at(int value) throws IOException;
  }

  /** A size that grows, its values, and the measurement at each value. */
  private record Axis(String name, int[] values, Measure measure) {}

  @Override
  public Integer call() throws IOException {
    PassClock clock = PassClock.find();
    int rounds = options.quick() ? 5 : 15;
    Scaling scaling = new Scaling(clock.nanos(), rounds);
    List<Axis> axes = axes(scaling, options.quick());
    Map<String, Object> results = new LinkedHashMap<>();
    PrintWriter out = spec.commandLine().getOut();
    try (Progress progress = Progress.begin("scaling", axes.size())) {
      for (Axis axis : axes) {
        progress.at(axes.indexOf(axis), axes.size(), axis.name());
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int value : axis.values()) {
          rows.add(axis.measure().at(value));
        }
        results.put(axis.name(), rows);
        if (axis.name().equals(WINDOW)) {
          results.put(WINDOW_RATIO, rows.get(0).get(WINDOW_RATIO));
        }
        FigureRows.print(rows, out);
        out.println();
      }
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("rounds", rounds);
    settings.put("model", BenchModel.shape(Scaling.HISTORY));
    settings.put("engine", scaling.engine());
    settings.put("clock", clock.label());
    options.write("scaling", settings, results, out);
    return 0;
  }

  private static List<Axis> axes(Scaling scaling, boolean quick) {
    String flat = "Flat";
    String lists = "IVF1024,Flat";
    return List.of(
        new Axis(
            "history",
            quick ? new int[] {128, 512} : new int[] {64, 128, 256, 512, 992, 2000},
            scaling::history),
        new Axis(WINDOW, new int[] {2000}, scaling::window),
        new Axis(
            "candidates",
            quick ? new int[] {50, 200} : new int[] {50, 100, 200, 400, 656, 1000},
            scaling::candidates),
        new Axis("layers", quick ? new int[] {2, 4} : new int[] {2, 4, 8}, scaling::layers),
        new Axis(
            "cached_users",
            quick ? new int[] {1000, 100_000} : new int[] {1000, 10_000, 100_000, 500_000},
            scaling::cachedUsers),
        new Axis(
            "catalogue_flat",
            quick ? new int[] {10_000, 50_000} : new int[] {10_000, 100_000, 500_000},
            items -> scaling.catalogue(items, flat)),
        new Axis(
            "catalogue_ivf",
            quick ? new int[] {50_000} : new int[] {50_000, 100_000, 500_000},
            items -> scaling.catalogue(items, lists)));
  }
}
