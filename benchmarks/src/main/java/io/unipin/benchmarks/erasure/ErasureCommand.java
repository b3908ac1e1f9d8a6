package io.unipin.benchmarks.erasure;

import io.unipin.benchmarks.measure.FileTraces;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

/**
 * Erases users from a full server during live traffic. Then searches the server's files for the
 * users' data.
 */
@Command(
    name = "erasure",
    description = {
      "Erases users from a served log of 640 MiB and a history of 223 MiB (4,096 actions per user)"
          + " during live traffic, with a shadow arm and other arms.",
      "page_p99_ratio_while_erasing: p99 of pages during two erasures per second, divided by p99"
          + " without erasures, in turns of one run.",
      "bytes_left: number of files that still contain an id of an erased user. Covers a torn line,"
          + " logs that are switched off, and a full disk."
    },
    footer = {"", "Example:", "  ./unipin bench erasure --json erasure.json"})
public final class ErasureCommand implements Callable<Integer> {
  private static final int USERS = 240;

  /** The number of users that {@link ErasureScenes} erases after the measurement. */
  private static final int SCENES = 20;

  private static final int CACHED_USERS = 64;
  private static final Duration WAIT = Duration.ofMinutes(5);

  @Option(names = "--quick", description = "Shorter turns.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    BenchWorld world = BenchWorld.create(BenchWorld.Size.SMALL, CACHED_USERS);
    Map<String, Object> results = new LinkedHashMap<>();
    try {
      world.publish("one", "two");
      ErasureWorld data = new ErasureWorld(world.folder().resolve("server"));
      try (Progress progress = Progress.begin("erasure", 5)) {
        data.writeLog(USERS);
        progress.at(1, 5, "served log written");
        results.put("histories", data.writeHistories(USERS));
        progress.at(2, 5, "histories written");
        data.tear(USERS - 1);
        results.put("served_log_mib", ErasureWorld.size(data.served()) >> 20);
        results.put("history_mib", ErasureWorld.size(data.history()) >> 20);
        measure(world, data, results);
        progress.at(3, 5, "erased beside pages");
        try (SmallDisk disk = SmallDisk.mount(world.folder().resolve("disk"))) {
          new ErasureScenes(world, data, disk, USERS - SCENES, USERS).play(results);
        }
        progress.at(4, 5, "erased with logs off and a full disk");
        List<String> left = FileTraces.files(data.folder(), ErasureWorld.TRACES);
        results.merge("bytes_left", left.size(), (a, b) -> (int) a + (int) b);
        results.put("files_left", left);
      }
    } finally {
      world.delete();
    }
    report(results);
    return 0;
  }

  private void measure(BenchWorld world, ErasureWorld data, Map<String, Object> results)
      throws IOException, InterruptedException {
    int turns = quick ? 3 : 6;
    Duration turn = Duration.ofSeconds(quick ? 12 : 20);
    try (BenchServer server =
            BenchServer.start(world, "one", data.folder(), settings(data.served(), true));
        UniPinClient pages = UniPinClient.connect(server.address());
        UniPinClient erasures = UniPinClient.connect(server.address(), WAIT)) {
      awaitIndexes(data);
      ErasureTraffic traffic = new ErasureTraffic(pages, erasures);
      traffic.warmUp(turn);
      int each = (USERS - SCENES) / turns;
      for (int i = 0; i < turns; i++) {
        traffic.quiet(turn);
        traffic.erasing(turn, (i + 1) * each);
      }
      double quiet = traffic.quiet().quantile(0.99);
      double busy = traffic.busy().quantile(0.99);
      results.put("erase_p50_ms", traffic.erased().quantile(0.5));
      results.put("erase_p99_ms", traffic.erased().quantile(0.99));
      results.put("page_p99_ratio_while_erasing", busy / quiet);
      results.put("page_p99_quiet_ms", quiet);
      results.put("page_p99_erasing_ms", busy);
      results.put("erasures", traffic.erased().size());
      results.put("pages", traffic.quiet().size() + traffic.busy().size());
      results.put("erasures_failed", traffic.erasuresFailed());
      results.put("pages_failed", traffic.failures());
      results.put("records_failed", traffic.recordsFailed());
      traffic.erase(0, USERS - SCENES); // the users that have not been erased yet
    }
  }

  /**
   * Waits until the old segments have indexes. An erasure that comes earlier would have to wait for
   * these indexes.
   */
  private static void awaitIndexes(ErasureWorld data) throws IOException, InterruptedException {
    long end = System.nanoTime() + WAIT.toNanos();
    while (System.nanoTime() < end) {
      try (var files = Files.list(data.served())) {
        if (files.filter(file -> file.toString().endsWith(".users")).count() >= 10) {
          return;
        }
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  static List<String> settings(Path served, boolean logs) {
    List<String> settings = new ArrayList<>();
    settings.add("servedLog.enabled=" + logs);
    settings.add("servedLog.folder=\"" + served + '"');
    settings.add("exposureLog.enabled=" + logs);
    settings.add("exposureLog.folder=\"" + served.resolveSibling("exposures") + '"');
    settings.add("history.limit=" + ErasureWorld.ACTIONS);
    settings.add("shadow.bundle=two");
    settings.add("shadow.budget=32MiB");
    settings.add("shadow.transientBudget=32MiB");
    settings.add("experiments.layers={l: {experiments: {e: {arms: {a: {}, b: {bundle: two}}}}}}");
    return settings;
  }

  private void report(Map<String, Object> results) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    results.forEach((key, value) -> out.println(key + ": " + value));
    if (json != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("users", USERS);
      settings.put("actions_per_user", ErasureWorld.ACTIONS);
      settings.put("quick", quick);
      new Figures("erasure", settings, results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
  }
}
