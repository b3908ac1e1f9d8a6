package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.benchmarks.measure.ThreadCosts;
import io.unipin.proto.v1.Served;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.settings.ConfigReader;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cost of a page outside native code if the user's keys and values are cached. Also holds the
 * cost of a page in each thread of the server.
 *
 * <p>The time outside native code is the time of the transport, queues, history, copies and
 * sorting. The server measures the time inside the model's native calls. The whole search of the
 * index counts as native.
 *
 * @param engine name of the engine that computed the pages
 * @param outsideShare time outside native code, as a share of the time that a caller waits
 * @param outsideMs time outside native code in milliseconds, from {@link PageCaller.Timed#inside}
 * @param outsideOverScore {@code outsideMs}, divided by the native time of scoring
 * @param hit cost of a page whose user did nothing since the previous page
 * @param session cost of a page and of recording two actions before the page
 */
public record PageCost(
    String engine,
    Spread outsideShare,
    Spread outsideMs,
    Spread outsideOverScore,
    ThreadCosts.PerPage hit,
    ThreadCosts.PerPage session) {
  /**
   * The number of requests with few candidates before the measurement. After these requests the
   * server behaves as it does after minutes of traffic.
   */
  private static final int REHEARSALS = 6000;

  private static final String QUERY = "query";
  private static final String SEARCH = "search";

  /** Measures a server of its own. Uses {@code rounds} pages for each figure. */
  public static PageCost measure(int history, int candidates, int rounds) throws IOException {
    try (ScratchFolder folder = ScratchFolder.create("page-cost")) {
      HeadlineWorld world =
          new HeadlineWorld(folder.path().resolve("bundles"), history, candidates);
      world.publish(folder.path());
      List<String> settings =
          List.of(
              "server.port=0",
              "server.adminPort=0",
              "server.metricsPort=0",
              "bundle.folder=" + world.bundles(),
              "bundle.name=" + HeadlineWorld.ONE,
              "history.folder=" + folder.path().resolve("history"),
              "retrieval.candidates=" + candidates,
              "engine.implementation=AUTO",
              "cache.budget=" + 4 * world.userBytes() + "B");
      try (UniPinServer server = UniPinServer.start(ConfigReader.read(Map.of(), settings));
          PageCaller caller = new PageCaller("127.0.0.1:" + server.port(), HeadlineWorld.ITEMS)) {
        caller.record(history);
        for (int i = 0; i < REHEARSALS; i++) {
          caller.page(HeadlineTraffic.FEW); // lets the JVM compile the code of a request
        }
        for (int i = 0; i < rounds / 2; i++) {
          caller.page(0);
        }
        return measure(server, caller, rounds);
      }
    }
  }

  private static PageCost measure(UniPinServer server, PageCaller caller, int rounds) {
    double[] share = new double[rounds];
    double[] outside = new double[rounds];
    double[] overScore = new double[rounds];
    String engine = "";
    for (int i = 0; i < rounds; i++) {
      long computing = server.computingNanos();
      PageCaller.Timed page = caller.page(0);
      double model = server.computingNanos() - computing;
      Served served = page.served();
      double computed = model + 1e6 * served.getStagesMsOrDefault(SEARCH, 0);
      share[i] = 1 - computed / page.waited();
      outside[i] = (page.inside() - computed) / 1e6;
      // All of the model's time except for the queries is the time of scoring.
      double score = model - 1e6 * served.getStagesMsOrDefault(QUERY, 0);
      overScore[i] = (page.inside() - computed) / score;
      engine = served.getEngine();
    }
    ThreadCosts.PerPage hit = ThreadCosts.of(rounds, PageCaller.THREADS, () -> caller.page(0));
    ThreadCosts.PerPage session =
        ThreadCosts.of(
            rounds,
            PageCaller.THREADS,
            () -> {
              caller.record(2);
              caller.page(0);
            });
    return new PageCost(
        engine, Spread.of(share), Spread.of(outside), Spread.of(overScore), hit, session);
  }

  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("outside_native_share", outsideShare.median());
    json.put("outside_native_share_spread", outsideShare.toJson());
    json.put("outside_ms", outsideMs.median());
    json.put("outside_ms_spread", outsideMs.toJson());
    json.put("outside_ms_over_score", outsideOverScore.median());
    json.put("outside_ms_over_score_spread", outsideOverScore.toJson());
    json.put("page_bytes", hit.bytes());
    json.put("page_cpu_ms", hit.cpuMs());
    json.put("session_page_bytes", session.bytes());
    json.put("session_page_cpu_ms", session.cpuMs());
    return json;
  }
}
