package io.unipin.benchmarks.device;

import io.unipin.benchmarks.measure.BenchOptions;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.cli.console.Table;
import io.unipin.client.UniPinClient;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.settings.ConfigReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares a server on the processor with a server on another device. */
@Command(
    name = "device",
    description = {
      "Compares a server on the processor with the same server on a card, one after the other.",
      "warm, cold: pages per second for users whose keys and values the server has, or not.",
      "shared items, difference: how the card's pages differ from the processor's, and the largest"
          + " difference of a probability."
    },
    footer = {"", "Example:", "  ./unipin bench device --json device.json"})
public final class DeviceCommand implements Callable<Integer> {
  private static final int SPARE_USERS = 64;
  private static final int FEW_USERS = 64;
  private static final long FEW_SECONDS = 2;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Settings of the server on the card, instead of those for a card with float16.")
  private List<String> settings =
      List.of(
          "engine.device=cuda",
          "engine.precision=FLOAT16",
          "cache.type=FLOAT16",
          "engine.executor=BATCH",
          "engine.batchSize=64",
          "server.workers=128");

  @Option(names = "--callers", description = "Callers at the same time. Default: ${DEFAULT-VALUE}.")
  private int callers = 96;

  @Option(names = "--users", description = "Users without state. Default: ${DEFAULT-VALUE}.")
  private int users = 512;

  @Option(names = "--seconds", description = "Seconds of warm load. Default: ${DEFAULT-VALUE}.")
  private long seconds = 10;

  @Mixin private BenchOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    BenchWorld.Size size = options.quick() ? BenchWorld.Size.SMALL : BenchWorld.Size.FULL;
    BenchWorld world = BenchWorld.create(size, Math.max(users, FEW_USERS) + SPARE_USERS);
    try {
      world.publish("one");
      // The first servers in a JVM are slower, because the JVM still compiles their code. The
      // figures of these servers are not used.
      pages(world, "cpu-first", List.of(), FEW_USERS, FEW_SECONDS);
      pages(world, "card-first", settings, FEW_USERS, FEW_SECONDS);
      DevicePages processor = pages(world, "cpu", List.of(), users, seconds);
      DevicePages card = pages(world, "card", settings, users, seconds);
      report(processor, card);
    } finally {
      world.delete();
    }
    return 0;
  }

  private DevicePages pages(
      BenchWorld world, String side, List<String> more, int cold, long warmSeconds)
      throws InterruptedException {
    Path history = world.folder().resolve("history-" + side);
    List<String> all = new ArrayList<>(world.settings());
    all.addAll(
        List.of(
            "server.port=0",
            "server.adminPort=0",
            "server.metricsPort=0",
            "console.enabled=false",
            "bundle.folder=" + world.bundles(),
            "bundle.name=one",
            "history.folder=" + history,
            "admission.minConcurrency=1000",
            "admission.burstWait=30s",
            "admission.standingWait=30s"));
    all.addAll(more);
    try (UniPinServer server = UniPinServer.start(ConfigReader.read(Map.of(), all));
        UniPinClient client =
            UniPinClient.connect("127.0.0.1:" + server.port(), Duration.ofMinutes(1))) {
      return DevicePages.of(
          client, new DevicePages.Load(callers, cold, world.history(), world.items(), warmSeconds));
    }
  }

  private void report(DevicePages processor, DevicePages card) throws IOException {
    DevicePages.Difference difference = card.from(processor);
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("server", "warm pages/s", "cold pages/s");
    row(table, "processor", processor);
    row(table, "card", card);
    table.print(out);
    out.printf(
        Locale.ROOT,
        "shared items: %.4f, largest difference of a probability: %.2e%n",
        difference.shared(),
        difference.probability());
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("cpu", figures(processor));
    results.put("card", figures(card));
    results.put("shared_items", difference.shared());
    results.put("probability_difference", difference.probability());
    Map<String, Object> load = new LinkedHashMap<>();
    load.put("settings", settings);
    load.put("callers", callers);
    load.put("users", users);
    load.put("seconds", seconds);
    load.put("quick", options.quick());
    options.write("device", load, results, out);
  }

  private static void row(Table table, String side, DevicePages pages) {
    table.row(
        side,
        String.format(Locale.ROOT, "%.1f", pages.warmPerSecond()),
        String.format(Locale.ROOT, "%.1f", pages.coldPerSecond()));
  }

  private static Map<String, Object> figures(DevicePages pages) {
    return Map.of(
        "warm_pages_per_s", pages.warmPerSecond(), "cold_pages_per_s", pages.coldPerSecond());
  }
}
