package io.unipin.benchmarks.load;

import io.unipin.serving.cli.Figures;
import io.unipin.serving.cli.Home;
import io.unipin.serving.cli.Progress;
import io.unipin.serving.rpc.UniPinClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what a server does with more load than it can serve. */
@Command(
    name = "overload",
    description = {
      "Plays load at 80 and 300 percent of what a server can do, and calls with little time, all by cached users.",
      "Figures are medians over the rounds; refused_at_80pct, late_answers and late_ends are sums.",
      "late_answers: pages that came more than 5 ms after their deadline; late_ends: calls that ended so, in any way."
    },
    footer = {"", "Example:", "  ./unipin bench overload --quick --json overload.json"})
public final class OverloadCommand implements Callable<Integer> {
  private static final List<String> MEDIANS =
      List.of("goodput_at_300pct", "p99_over_p50_at_80pct", "refusal_p99_ms", "recovery_s");
  private static final List<String> SUMS = List.of("refused_at_80pct", "late_answers", "late_ends");
  private static final int CACHED_USERS = 96;
  private static final int ROUNDS = 3;
  private static final double SECONDS = 45;
  private static final double QUICK_SECONDS = 20;

  @Option(names = "--quick", description = "One round, shorter phases, the same keys.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    int rounds = quick ? 1 : ROUNDS;
    double seconds = quick ? QUICK_SECONDS : SECONDS;
    List<Map<String, Object>> measured = new ArrayList<>();
    BenchWorld world = BenchWorld.create(BenchWorld.Size.FULL, CACHED_USERS);
    try (Progress progress = Progress.begin("overload", 100)) {
      world.publish("one");
      Path work = world.folder().resolve("server");
      try (BenchServer server = BenchServer.start(world, "one", work, List.of());
          UniPinClient client = UniPinClient.connect(server.address())) {
        Overload overload = new Overload(server, client, world.history(), seconds, progress);
        overload.prepare();
        for (int round = 0; round < rounds; round++) {
          measured.add(overload.round(10L * round + 1));
        }
      }
    } finally {
      world.delete();
    }
    report(measured, seconds);
    return 0;
  }

  private void report(List<Map<String, Object>> rounds, double seconds) throws IOException {
    Map<String, Object> results = results(rounds);
    PrintWriter out = spec.commandLine().getOut();
    results.forEach(
        (key, value) -> {
          if (!key.equals("rounds")) {
            out.printf("%s: %.3f%n", key, (Double) value);
          }
        });
    if (json != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("rounds", rounds.size());
      settings.put("phase_seconds", seconds);
      settings.put("quick", quick);
      new Figures("overload", settings, results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
  }

  static Map<String, Object> results(List<Map<String, Object>> rounds) {
    Map<String, Object> results = new LinkedHashMap<>();
    for (String key : MEDIANS) {
      results.put(key, Samples.median(values(rounds, key)));
    }
    for (String key : SUMS) {
      results.put(key, values(rounds, key).stream().mapToDouble(Double::doubleValue).sum());
    }
    results.put("rounds", rounds);
    return results;
  }

  private static List<Double> values(List<Map<String, Object>> rounds, String key) {
    return rounds.stream()
        .map(round -> ((Number) round.getOrDefault(key, Double.NaN)).doubleValue())
        .toList();
  }
}
