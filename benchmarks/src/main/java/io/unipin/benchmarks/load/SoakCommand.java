package io.unipin.benchmarks.load;

import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.benchmarks.server.MemoryTrace;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.cli.loadtest.Arrivals;
import io.unipin.cli.loadtest.Distribution;
import io.unipin.cli.loadtest.GrpcTarget;
import io.unipin.cli.loadtest.Histories;
import io.unipin.cli.loadtest.LoadRun;
import io.unipin.cli.loadtest.StepResult;
import io.unipin.cli.loadtest.Times;
import io.unipin.cli.loadtest.Traffic;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Plays sessions against a server for a long time and watches its memory. */
@Command(
    name = "soak",
    description = {
      "Plays feed sessions at a steady rate against a server in a process of its own, and watches"
          + " its resident memory.",
      "The slope of the memory is measured from minute 15 on. In shorter runs it is measured after"
          + " a quarter of the time."
    },
    footer = {"", "Example:", "  ./unipin bench soak --duration 60m --rate 10 --json soak.json"})
public final class SoakCommand implements Callable<Integer>, Checked {
  private static final double SETTLED_MINUTE = 15;
  private static final int CACHED_USERS = 96;
  private static final int USERS = 300;
  private static final int CALLERS = 4;
  private static final double SHARE = 0.6;
  private static final long IDLE_SECONDS = 10;
  private static final double FLOOD = 200;
  private static final double WARM_UP_SECONDS = 30;
  private static final Duration FLOOD_TIME = Duration.ofSeconds(20);
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  @Option(
      names = "--duration",
      defaultValue = "60m",
      paramLabel = "TIME",
      description = "Length of the run. Default: ${DEFAULT-VALUE}.")
  private String duration;

  @Option(
      names = "--rate",
      defaultValue = "0",
      paramLabel = "QPS",
      description =
          "Pages per second; 0 means 60 %% of the pages per second that the server returns under"
              + " far too much traffic.")
  private double rate;

  @Option(names = "--quick", description = "Run for two minutes.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    Times.parse("--duration", duration);
    if (!(rate >= 0 && Double.isFinite(rate))) {
      throw new CheckException("--rate: 0 or more pages per second expected, got " + rate);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Duration time = quick ? Duration.ofMinutes(2) : Times.parse("--duration", duration);
    BenchWorld world = BenchWorld.create(BenchWorld.Size.FULL, CACHED_USERS);
    try {
      world.publish("one");
      Path work = world.folder().resolve("server");
      try (BenchServer server = BenchServer.start(world, "one", work, List.of())) {
        soak(server, time);
      }
    } finally {
      world.delete();
    }
    return 0;
  }

  private void soak(BenchServer server, Duration time) throws IOException, InterruptedException {
    StepResult result;
    List<MemoryTrace.Point> points;
    double pagesPerSecond;
    try (UniPinClient client = UniPinClient.connect(server.address());
        GrpcTarget target =
            new GrpcTarget(server.address(), CALLERS, new GrpcTarget.Call(0, 0, DEADLINE));
        Progress progress = Progress.begin("soak", 100)) {
      pagesPerSecond = rate > 0 ? rate : SHARE * capacity(client, target, progress);
      // The run is not closed, because its users disappear with the server.
      LoadRun run = LoadRun.begin(settings(0, time), client, target);
      try (MemoryTrace trace = new MemoryTrace(server, 10)) {
        result = run.step(pagesPerSecond, progress);
        points = trace.points();
      }
      // After the last page, the server still encodes the last actions.
      TimeUnit.SECONDS.sleep(IDLE_SECONDS);
    }
    double from = Math.min(SETTLED_MINUTE, time.toSeconds() / 60.0 / 4);
    report(result, points, from, server.metrics(), pagesPerSecond);
  }

  /**
   * Returns the number of pages per second that come back when traffic of the soak's kind exceeds
   * the server's capacity.
   */
  private static double capacity(UniPinClient client, GrpcTarget target, Progress progress) {
    try (LoadRun flood = LoadRun.begin(settings(WARM_UP_SECONDS, FLOOD_TIME), client, target)) {
      return flood.step(FLOOD, progress).achievedQps();
    }
  }

  private static LoadRun.Settings settings(double warmUpSeconds, Duration time) {
    Traffic traffic =
        new Traffic(
            USERS,
            0.8,
            0.05,
            Distribution.parse("geometric:5"),
            Distribution.parse("2"),
            Distribution.parse("exponential:1.5"),
            Distribution.parse("lognormal:200:0.8"));
    return new LoadRun.Settings(
        traffic,
        vocabulary -> Histories.madeUp(traffic.history(), vocabulary),
        Arrivals.POISSON,
        1000,
        warmUpSeconds,
        time.toNanos() / 1e9,
        DEADLINE,
        1);
  }

  private void report(
      StepResult result,
      List<MemoryTrace.Point> points,
      double from,
      String metrics,
      double pagesPerSecond)
      throws IOException {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("rss_slope_mib_per_minute", MemoryTrace.slope(points, from));
    results.put("leases_left", BenchServer.sum(metrics, "unipin_cache_leases", ""));
    results.put("leased_bytes_left", BenchServer.sum(metrics, "unipin_cache_leased", ""));
    results.put("minutes", points.get(points.size() - 1).minute());
    results.put("slope_from_minute", from);
    results.put("rss_mib_last", points.get(points.size() - 1).mib());
    results.put("pages", result.pages());
    results.put("failures", result.failures());
    results.put("outcomes", result.outcomes());
    results.put("actions_recorded", result.recorded());
    results.put("latency", result.latency().toJson());
    results.put("rss", points);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("pages_per_second", pagesPerSecond);
    settings.put("users", USERS);
    settings.put("cached_users", CACHED_USERS);
    settings.put("quick", quick);
    PrintWriter out = spec.commandLine().getOut();
    results.forEach(
        (key, value) -> {
          if (!key.equals("rss")) {
            out.println(key + ": " + value);
          }
        });
    if (json != null) {
      new Figures("soak", settings, results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
  }
}
