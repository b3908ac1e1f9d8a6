package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that users' rows survive a restart, whether the server was stopped by a signal or killed.
 */
final class WarmRestartTest {
  private static final int USERS = 60;
  private static final String TIER = "unipin_cache_tier_";
  private static final String FILE = "{tier=\"file\"}";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(300)
  void restart_afterASignalOrAKill_findsAllUsersInTheFiles(boolean kill) throws Exception {
    TinyServer.publish(folder);
    List<String> settings = new ArrayList<>(TinyServer.settings(folder));
    settings.add("cache.file.path=" + folder.resolve("tier"));
    settings.add("cache.file.bytes=64MiB");
    List<List<ScoredItem>> before;
    try (ServerProcess server = ServerProcess.start(folder, settings)) {
      before = pages(server);
      while (metric(server, TIER + "queued" + FILE) > 0
          || metric(server, TIER + "entries" + FILE) < USERS) {
        Thread.sleep(20);
      }
      if (!kill) {
        server.terminate();
        server.awaitEnd();
        assertThat(server.output()).doesNotContain("WARN").doesNotContain("ERROR");
      }
    } // closing kills the server if it still runs
    try (ServerProcess server = ServerProcess.start(folder, settings)) {
      assertThat(pages(server)).isEqualTo(before);
      double reloaded = metric(server, TIER + "lookups_total{result=\"reloaded\",tier=\"file\"}");
      double declined = metric(server, TIER + "lookups_total{result=\"declined\",tier=\"file\"}");
      assertThat(reloaded).isPositive();
      assertThat(reloaded + declined)
          .as("some may be encoded faster")
          .isEqualTo((double) lookups());
      assertThat(metric(server, TIER + "lookups_total{result=\"absent\",tier=\"file\"}")).isZero();
      assertThat(metric(server, TIER + "failures_total" + FILE)).isZero();
      assertThat(
              metric(server, "unipin_cache_lookups_total{outcome=\"reload\",reason=\"reloaded\"}"))
          .isEqualTo(reloaded);
    }
  }

  /** Returns the number of users whose histories are long enough for a look-up in the files. */
  private static long lookups() {
    long count = 0;
    for (int user = 0; user < USERS; user++) {
      int actions = TinyServer.request(user).getUser().getHistory().getActionsCount();
      count += actions + 1 >= 16 ? 1 : 0;
    }
    return count;
  }

  private static List<List<ScoredItem>> pages(ServerProcess server) {
    List<List<ScoredItem>> pages = new ArrayList<>();
    try (UniPinClient client = UniPinClient.connect(server.address())) {
      for (int user = 0; user < USERS; user++) {
        RetrieveAndRankResponse page = client.retrieveAndRank(TinyServer.request(user));
        pages.add(page.getItemsList());
      }
    }
    return pages;
  }

  /** Returns the value of a metric. Only one sample has this name. */
  private static double metric(ServerProcess server, String name) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics"))
            .build();
    String all =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return all.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + all));
  }
}
