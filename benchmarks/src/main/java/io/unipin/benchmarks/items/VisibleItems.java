package io.unipin.benchmarks.items;

import io.unipin.benchmarks.load.ClosedLoop;
import io.unipin.benchmarks.measure.Latencies;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.DemoBundle;
import io.unipin.cli.console.Home;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures how soon a put item is on a page, and how much slower pages are while items are put. */
final class VisibleItems {
  private static final int USERS = 64;
  private static final int CALLERS = 4;
  private static final int QUICK_EPOCHS = 2;
  private static final long FIRST_ID = 1L << 40;

  private VisibleItems() {}

  static void measure(ScratchFolder scratch, boolean quick, Map<String, Object> results)
      throws IOException, InterruptedException {
    Path folder = scratch.path().resolve("visible");
    Path bundle = DemoBundle.train(Home.find(), folder, quick ? QUICK_EPOCHS : 0);
    FeedLog log = FeedLogReader.read(folder.resolve("feedlog"), 0);
    int turns = quick ? 3 : 6;
    Duration turn = Duration.ofSeconds(quick ? 10 : 20);
    try (BenchServer server = BenchServer.beside(bundle, folder.resolve("server"));
        UniPinClient pages = UniPinClient.connect(server.address());
        UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress())) {
      Visitors visitors = Visitors.record(pages, log, USERS);
      ClosedLoop.pagesPerSecond(pages, CALLERS, visitors.ids(), turn.toSeconds()); // warms up
      double peak = ClosedLoop.pagesPerSecond(pages, CALLERS, visitors.ids(), turn.toSeconds());
      SteadyPages traffic = new SteadyPages(pages, visitors, peak / 2);
      traffic.play(turn); // fills the queues before the measured turns
      Latencies first = beside(traffic, turn, new PutItems(admin, pages, visitors, FIRST_ID));
      PutItems puts = new PutItems(admin, pages, visitors, 2 * FIRST_ID);
      Latencies quiet = new Latencies();
      Latencies putting = new Latencies();
      List<Double> quietTurns = new ArrayList<>();
      List<Double> puttingTurns = new ArrayList<>();
      for (int i = 0; i < turns; i++) {
        add(traffic.play(turn), quiet, quietTurns);
        add(beside(traffic, turn, puts), putting, puttingTurns);
      }
      results.put("visible_ms_p99", puts.visible().quantile(0.99));
      results.put("visible_ms_p50", puts.visible().quantile(0.5));
      results.put("page_p99_ratio", putting.quantile(0.99) / quiet.quantile(0.99));
      results.put("page_p99_quiet_ms", quiet.quantile(0.99));
      results.put("page_p99_putting_ms", putting.quantile(0.99));
      results.put("page_p99_quiet_turns_ms", quietTurns);
      results.put("page_p99_putting_turns_ms", puttingTurns);
      results.put("page_p99_first_puts_ms", first.quantile(0.99));
      results.put("peak_pages_per_second", peak);
      results.put("items_put", puts.put());
      results.put("items_watched", puts.visible().size() + puts.unseen());
      results.put("items_never_seen", puts.unseen());
      results.put("puts_failed", puts.failed());
      results.put(
          "pages_failed", traffic.failed().values().stream().mapToInt(Integer::intValue).sum());
      results.put("pages_failed_by_kind", traffic.failed());
    }
  }

  /** Plays traffic while items are put, and returns the times of its pages. */
  private static Latencies beside(SteadyPages traffic, Duration turn, PutItems puts)
      throws InterruptedException {
    PutItems.Run run = puts.begin();
    try {
      return traffic.play(turn);
    } finally {
      run.close();
    }
  }

  private static void add(Latencies turn, Latencies all, List<Double> turns) {
    all.addAll(turn);
    turns.add(turn.quantile(0.99));
  }
}
