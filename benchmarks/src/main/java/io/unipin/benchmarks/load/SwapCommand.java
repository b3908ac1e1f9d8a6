package io.unipin.benchmarks.load;

import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.cli.check.Output;
import io.unipin.cli.console.Figures;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Progress;
import io.unipin.client.UniPinAdminClient;
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

/** Swaps bundles under load and watches answers and memory. */
@Command(
    name = "swap",
    description = {
      "Swaps two bundles a hundred times while callers request pages. Compares every page with the"
          + " page of the same bundle when nothing is swapped.",
      "rss_ratio: resident memory after the last swap, divided by the memory after a tenth of the"
          + " swaps, when both bundles had been loaded and released."
    },
    footer = {"", "Example:", "  ./unipin bench swap --json swap.json"})
public final class SwapCommand implements Callable<Integer> {
  private static final List<String> BUNDLES = List.of("one", "two");
  private static final int CALLERS = 2;
  private static final int SWAPS = 100;
  private static final int CACHED_USERS = 64;

  @Option(names = "--quick", description = "Use a small model.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    BenchWorld.Size size = quick ? BenchWorld.Size.SMALL : BenchWorld.Size.FULL;
    BenchWorld world = BenchWorld.create(size, CACHED_USERS);
    Map<String, Object> results;
    try {
      world.publish("one", "two");
      Path work = world.folder().resolve("server");
      try (BenchServer server = BenchServer.start(world, "one", work, List.of());
          UniPinClient client = UniPinClient.connect(server.address());
          UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress());
          Progress progress = Progress.begin("swap", SWAPS)) {
        results = swap(server, client, admin, progress);
      }
    } finally {
      world.delete();
    }
    report(results, size);
    return 0;
  }

  private static Map<String, Object> swap(
      BenchServer server, UniPinClient client, UniPinAdminClient admin, Progress progress)
      throws IOException, InterruptedException {
    SwapWatch watch = new SwapWatch(client);
    watch.prepare();
    for (String bundle : BUNDLES) {
      admin.loadBundle(bundle);
      watch.learn();
    }
    List<Double> resident = new ArrayList<>();
    try (SwapWatch.Callers callers = watch.call(CALLERS)) {
      for (int swap = 0; swap < SWAPS; swap++) {
        admin.loadBundle(BUNDLES.get(swap % BUNDLES.size()));
        resident.add(server.residentMib());
        progress.at(swap + 1, SWAPS, String.format(Locale.ROOT, "%.0f MiB", server.residentMib()));
      }
      callers.stop();
    }
    String metrics = server.metrics();
    double settled = resident.get(SWAPS / 10 - 1);
    double last = resident.get(SWAPS - 1);
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("swaps", SWAPS);
    results.put("failed", watch.failed());
    results.put("mixed_answers", watch.mixed());
    results.put("rss_ratio", last / settled);
    results.put("rss_settled_mib", settled);
    results.put("rss_last_mib", last);
    results.put("leases_left", BenchServer.sum(metrics, "unipin_cache_leases", ""));
    results.put("answers", watch.answers());
    results.put("rss_mib", resident);
    return results;
  }

  private void report(Map<String, Object> results, BenchWorld.Size size) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    results.forEach(
        (key, value) -> {
          if (!(value instanceof List)) {
            out.println(key + ": " + value);
          }
        });
    if (json != null) {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("model", size.name());
      settings.put("callers", CALLERS);
      settings.put("quick", quick);
      new Figures("swap", settings, results).write(json, Home.find().root());
      out.println("figures: " + json);
    }
  }
}
