package io.unipin.benchmarks.micro;

import io.unipin.benchmarks.micro.HeadlineTraffic.Round;
import io.unipin.serving.cli.Progress;
import io.unipin.serving.cli.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Measures one model with user KV against two independent models. */
@Command(
    name = "headline",
    description = {
      "One model against two, all as configurations of the same server: two models that each read the history (sparse), one"
          + " model whose KV lives for a request, one model with the user KV cache, two models with one each.",
      "QPS: four callers in a closed loop; p50: one caller. Sides alternate; ratios are taken within a round."
    },
    footer = {"", "Example:", "  ./unipin bench headline --json headline.json --quick"})
final class HeadlineCommand implements Callable<Integer> {
  private static final int CALLERS = 4;

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  private record Measured(List<Round> loaded, List<Round> alone) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    int rounds = options.quick() ? 2 : 5;
    Duration length = Duration.ofSeconds(options.quick() ? 6 : 12);
    Map<String, Object> results = new LinkedHashMap<>();
    Table table =
        new Table("n x k", "side", "QPS", "x two models", "p50 alone", "CPU per page", "hits");
    try (Progress progress = Progress.begin("headline", 2L * rounds)) {
      int done = 0;
      for (int[] size : new int[][] {{512, 200}, {992, 656}}) {
        String name = size[0] + "x" + size[1];
        int base = done;
        Map<HeadlineSide.Kind, Measured> measured =
            measure(size, rounds, length, r -> progress.at(base + r, 2L * rounds, name));
        done += rounds;
        results.put(name, figures(measured));
        print(table, name, measured);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    table.print(out);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("quick", options.quick());
    settings.put("rounds", rounds);
    settings.put("seconds_per_round", length.toSeconds());
    settings.put("callers", CALLERS);
    settings.put("p50_callers", 1);
    settings.put("items", HeadlineWorld.ITEMS);
    options.write("headline", settings, results, out);
    return 0;
  }

  private interface Watcher {
    void round(int done);
  }

  private static Map<HeadlineSide.Kind, Measured> measure(
      int[] size, int rounds, Duration length, Watcher watcher)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("unipin-headline");
    Map<HeadlineSide.Kind, HeadlineSide> sides = new EnumMap<>(HeadlineSide.Kind.class);
    try {
      HeadlineWorld world = new HeadlineWorld(folder.resolve("bundles"), size[0], size[1]);
      Files.createDirectories(world.bundles());
      world.publish(folder);
      int users = (int) (rounds * length.toSeconds() * (size[0] > 600 ? 12 : 30)) + 50;
      Map<HeadlineSide.Kind, Measured> measured = new EnumMap<>(HeadlineSide.Kind.class);
      for (HeadlineSide.Kind kind : HeadlineSide.Kind.values()) {
        sides.put(kind, HeadlineSide.start(kind, world, folder, users));
        measured.put(kind, new Measured(new ArrayList<>(), new ArrayList<>()));
      }
      for (Map.Entry<HeadlineSide.Kind, HeadlineSide> side : sides.entrySet()) {
        side.getValue().traffic().run(CALLERS, Duration.ofSeconds(2)); // warms it up
      }
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<HeadlineSide.Kind, HeadlineSide> side : sides.entrySet()) {
          Measured rows = measured.get(side.getKey());
          if (rows != null) {
            HeadlineTraffic traffic = side.getValue().traffic();
            rows.loaded.add(traffic.run(CALLERS, length));
            rows.alone.add(traffic.run(1, length.dividedBy(2)));
          }
        }
        watcher.round(round + 1);
      }
      return measured;
    } finally {
      sides.values().forEach(HeadlineSide::close);
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static Map<String, Object> figures(Map<HeadlineSide.Kind, Measured> measured) {
    Measured two = measured.get(HeadlineSide.Kind.TWO_MODELS_SPARSE);
    Measured request = measured.get(HeadlineSide.Kind.ONE_MODEL_REQUEST);
    Measured user = measured.get(HeadlineSide.Kind.ONE_MODEL_USER);
    Measured twoUser = measured.get(HeadlineSide.Kind.TWO_MODELS_USER);
    if (two == null || request == null || user == null || twoUser == null) {
      throw new IllegalStateException("all sides expected");
    }
    Map<String, Object> inRequest = new LinkedHashMap<>();
    put(inRequest, "qps_ratio", ratio(request.loaded, two.loaded, Round::qps));
    put(inRequest, "p50_ratio", ratio(request.alone, two.alone, r -> r.quantile(0.5)));
    put(inRequest, "cpu_ratio", ratio(request.loaded, two.loaded, Round::cpuMsPerPage));
    Map<String, Object> session = new LinkedHashMap<>();
    put(session, "qps_ratio", ratio(user.loaded, two.loaded, Round::qps));
    put(session, "p50_ratio", ratio(user.alone, two.alone, r -> r.quantile(0.5)));
    put(session, "cpu_ratio", ratio(user.loaded, two.loaded, Round::cpuMsPerPage));
    put(session, "qps_ratio_two_cached", ratio(user.loaded, twoUser.loaded, Round::qps));
    long pages = user.loaded.stream().mapToLong(r -> r.latenciesMs().length).sum();
    session.put("hit_rate", user.loaded.stream().mapToLong(Round::hits).sum() / (double) pages);
    boolean enough = pages >= 2000;
    put(
        session,
        "p99_ratio",
        enough ? ratio(user.loaded, two.loaded, r -> r.quantile(0.99)) : null);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("in_request", inRequest);
    all.put("session", session);
    return all;
  }

  private static void put(Map<String, Object> into, String key, @Nullable Spread spread) {
    into.put(key, spread == null ? null : spread.median());
    into.put(key + "_spread", spread == null ? null : spread.toJson());
  }

  private static Spread ratio(
      List<Round> above, List<Round> below, ToDoubleFunction<Round> figure) {
    double[] ratios = new double[above.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(above.get(i)) / figure.applyAsDouble(below.get(i));
    }
    return Spread.of(ratios);
  }

  private static void print(Table table, String name, Map<HeadlineSide.Kind, Measured> measured) {
    Measured two = measured.get(HeadlineSide.Kind.TWO_MODELS_SPARSE);
    measured.forEach(
        (kind, rows) -> {
          long pages = rows.loaded.stream().mapToLong(r -> r.latenciesMs().length).sum();
          long hits = rows.loaded.stream().mapToLong(Round::hits).sum();
          table.row(
              name,
              kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
              String.format(Locale.ROOT, "%.1f", median(rows.loaded, Round::qps)),
              two == null ? "" : ratio(rows.loaded, two.loaded, Round::qps).text(),
              String.format(Locale.ROOT, "%.1f ms", median(rows.alone, r -> r.quantile(0.5))),
              String.format(Locale.ROOT, "%.1f ms", median(rows.loaded, Round::cpuMsPerPage)),
              String.format(Locale.ROOT, "%.0f %%", 100.0 * hits / pages));
        });
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
    return Spread.of(rounds.stream().mapToDouble(figure).toArray()).median();
  }
}
