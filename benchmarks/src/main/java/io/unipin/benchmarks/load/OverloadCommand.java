package io.unipin.benchmarks.load;

import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how a server behaves under more load than it can serve. */
@Command(
    name = "overload",
    description = {
      "Plays load at 80 and 300 percent of a server's peak rate, and calls with short deadlines."
          + " All users are cached.",
      "Figures are medians over the rounds; refused_at_80pct is the total. A round is repeated if"
          + " the peak rate changed by more than 15 percent, or if other processes took more than"
          + " 5 percent of the machine at 80 percent load.",
      "late_answers: pages that the caller got more than 5 ms after the deadline. late_ends: calls"
          + " that ended more than 5 ms after the deadline in any way; the caller's timer decides"
          + " this, not the server."
    },
    footer = {"", "Example:", "  ./unipin bench overload --quick --json overload.json"})
public final class OverloadCommand implements Callable<Integer> {
  private static final List<String> MEDIANS =
      List.of("goodput_at_300pct", "p99_over_p50_at_80pct", "refusal_p99_ms", "recovery_s");
  private static final String REFUSED = "refused_at_80pct";
  private static final int CACHED_USERS = 96;
  private static final int ROUNDS = 7;
  private static final int QUICK_ROUNDS = 3;
  private static final double SECONDS = 10;
  private static final double MAX_DRIFT = 1.15;
  private static final double MAX_OTHERS = 0.05;
  private static final int MOST_TRIES = 4;

  @Option(names = "--quick", description = "Play three rounds instead of seven.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    int rounds = quick ? QUICK_ROUNDS : ROUNDS;
    List<Map<String, Object>> steady = new ArrayList<>();
    List<Map<String, Object>> unsteady = new ArrayList<>();
    Map<String, Object> hurried;
    BenchWorld world = BenchWorld.create(BenchWorld.Size.FULL, CACHED_USERS);
    try (Progress progress = Progress.begin("overload", 100)) {
      world.publish("one");
      Path work = world.folder().resolve("server");
      try (BenchServer server = BenchServer.start(world, "one", work, List.of());
          UniPinClient client = UniPinClient.connect(server.address())) {
        Overload overload = new Overload(server, client, world.history(), SECONDS, progress);
        overload.prepare();
        for (int round = 0; steady.size() < rounds && round < MOST_TRIES * rounds; round++) {
          Map<String, Object> measured = overload.round(10L * round + 1);
          (isSteady(measured) ? steady : unsteady).add(measured);
        }
        hurried = overload.hurry(9);
      }
    } finally {
      world.delete();
    }
    if (steady.isEmpty()) {
      throw new CommandException(
          "a machine of one speed, of which others take at most 5 percent, expected in one round at least, got "
              + unsteady.size()
              + " rounds without");
    }
    report(results(steady, hurried), unsteady);
    return 0;
  }

  /**
   * Returns whether the machine kept its speed during a round. If it did not, the measured peak
   * rate was wrong.
   */
  static boolean isSteady(Map<String, Object> round) {
    return Overload.drift(round) <= MAX_DRIFT && Overload.others(round) <= MAX_OTHERS;
  }

  private void report(Map<String, Object> results, List<Map<String, Object>> unsteady)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    results.forEach(
        (key, value) -> {
          if (value instanceof Double figure) {
            out.printf(Locale.ROOT, "%s: %.3f%n", key, figure);
          }
        });
    if (json != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("max_drift", MAX_DRIFT);
      settings.put("max_others", MAX_OTHERS);
      settings.put("phase_seconds", SECONDS);
      settings.put("quick", quick);
      results.put("unsteady_rounds", unsteady);
      new Figures("overload", settings, results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
  }

  static Map<String, Object> results(
      List<Map<String, Object>> rounds, Map<String, Object> hurried) {
    Map<String, Object> results = new LinkedHashMap<>();
    for (String key : MEDIANS) {
      results.put(key, Samples.median(values(rounds, key)));
    }
    double refused = values(rounds, REFUSED).stream().mapToDouble(Double::doubleValue).sum();
    results.put(REFUSED, refused);
    results.putAll(hurried);
    results.put("rounds", rounds);
    return results;
  }

  private static List<Double> values(List<Map<String, Object>> rounds, String key) {
    return rounds.stream()
        .map(round -> ((Number) round.getOrDefault(key, Double.NaN)).doubleValue())
        .toList();
  }
}
