package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.counts.CountTables;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.EraseUserResponse.LogRewrite;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.CountedBundles;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests erasures and the register of replicas with servers that share a Redis. */
@NeedsRedis
@Timeout(180)
final class FleetServingTest {
  private static final String USER = "canary-7d1f";
  private static final String EVENT = "canary-event-9c2e";
  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path folder;

  @BeforeEach
  void publish() {
    folder.resolve("bundles").toFile().mkdirs();
    TinyBundles.publish(folder.resolve("bundles"), "one", "exact", 1, folder.resolve("scratch"));
    TinyBundles.publish(folder.resolve("bundles"), "two", "exact", 2, folder.resolve("scratch"));
  }

  private UniPinServer replica(String name, RedisServer redis, String... more) {
    List<String> settings = new ArrayList<>();
    settings.addAll(
        List.of(
            "bundle.folder=" + folder.resolve("bundles"),
            "history.store=REDIS",
            "redis.uri=" + redis.uri(),
            "redis.timeout=2s",
            "cache.file.path=" + folder.resolve(name).resolve("tier"),
            "cache.file.bytes=64MiB",
            "fleet.name=" + name,
            "fleet.lease=1s"));
    settings.addAll(List.of(more));
    return UniPinServer.start(
        TestServer.config(folder.resolve(name), settings.toArray(String[]::new)));
  }

  private static UniPinClient client(UniPinServer server) {
    return UniPinClient.connect("127.0.0.1:" + server.port());
  }

  private static void record(UniPinClient client, String event) {
    Action action =
        Action.newBuilder()
            .setItemId(1001)
            .addActions("click")
            .setTimeMs(NOW - 1000)
            .setEventId(event)
            .build();
    client.recordActions(
        RecordActionsRequest.newBuilder()
            .addUsers(UserActions.newBuilder().setUserId(USER).addActions(action))
            .build());
  }

  private static RetrieveAndRankResponse page(UniPinClient client) {
    UserContext context = UserContext.newBuilder().setUserId(USER).setTimeMs(NOW).build();
    return client.retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build());
  }

  /** Returns the files below a folder that hold the user's id or event. */
  private List<Path> traces(Path below) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(below)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        if (text.contains(USER) || text.contains(EVENT)) {
          found.add(file);
        }
      }
    }
    return found;
  }

  @Test
  void erase_atOneReplica_reachesLiveOnesAndWhatWasDown() throws Exception {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes")) {
      try (UniPinServer down = replica("down", redis);
          UniPinClient client = client(down)) {
        record(client, EVENT);
        page(client);
        Eventually.holds(() -> hasTraces("down"));
      }
      try (UniPinServer one = replica("one", redis);
          UniPinServer two = replica("two", redis);
          UniPinClient first = client(one);
          UniPinClient second = client(two)) {
        assertThat(page(second).getServed().getHistoryActions()).isEqualTo(1);
        Eventually.holds(() -> hasTraces("two"));
        EraseUserResponse erased = first.erase(USER);
        assertThat(erased.getExisted()).isTrue();
        assertThat(erased.getConfirmedList()).containsExactly("one", "two");
        assertThat(erased.getUnconfirmedList()).containsExactly("down");
        assertThat(erased.getUnseenList()).isEmpty();
        assertThat(erased.getLogRewrite()).isNotEqualTo(LogRewrite.NONE);
        assertThat(traces(folder.resolve("one"))).isEmpty();
        assertThat(traces(folder.resolve("two"))).isEmpty();
        assertThat(page(second).getServed().getHistoryActions()).isZero();
        assertThat(first.erase("nobody").getExisted()).isFalse();
        record(first, "later");
        assertThat(page(first).getServed().getHistoryActions()).isEqualTo(1);
        assertThat(traces(folder.resolve("down"))).isNotEmpty();
        try (UniPinServer again = replica("down", redis);
            UniPinClient third = client(again)) {
          assertThat(traces(folder.resolve("down"))).isEmpty();
          // the action from after the erasure stays
          assertThat(page(third).getServed().getHistoryActions()).isEqualTo(1);
        }
      }
      Eventually.holds(() -> !hasTraces("redis"));
    }
  }

  private boolean hasTraces(String name) {
    try {
      return !traces(folder.resolve(name)).isEmpty();
    } catch (IOException e) {
      return true; // a file was removed meanwhile; look again
    }
  }

  @Test
  void replicasThatDiffer_areNamedInHealthAndMetrics() throws Exception {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes");
        UniPinServer one = replica("one", redis);
        UniPinServer same = replica("same", redis)) {
      Eventually.holds(() -> http(one, "metrics").contains("{state=\"live\"} 2.0"));
      assertThat(http(one, "healthz")).isEqualTo("ok\n");
      assertThat(http(one, "metrics")).contains("unipin_fleet_differing 0.0");
      try (UniPinServer other = replica("other", redis, "bundle.name=two", "page.size=4")) {
        Eventually.holds(() -> http(one, "metrics").contains("unipin_fleet_differing 1.0"));
        assertThat(http(one, "healthz"))
            .startsWith("ok\nreplica other differs: arms ")
            .contains(", bundle two (model ", ", here one (model ");
        assertThat(other.port()).isPositive();
      }
      Eventually.holds(() -> http(one, "healthz").equals("ok\n"));
      assertThat(same.port()).isPositive();
    }
  }

  @Test
  void replicaWithOtherCounts_isNamedInHealth() throws Exception {
    CountTables bundled = counts(1, CountedBundles.UNTIL);
    CountTables newer = counts(2, CountedBundles.UNTIL.plusSeconds(1));
    CountedBundles.publish(
        folder.resolve("bundles"), "counted", 1, bundled, folder.resolve("scratch"));
    newer.write(folder.resolve("counts/next"));
    String[] settings = {"bundle.name=counted", "counts.folder=" + folder.resolve("counts")};
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes");
        UniPinServer one = replica("one", redis, settings);
        UniPinServer two = replica("two", redis, settings)) {
      Eventually.holds(() -> http(one, "metrics").contains("{state=\"live\"} 2.0"));
      assertThat(http(one, "healthz")).isEqualTo("ok\n");
      reload(two);
      Eventually.holds(() -> http(one, "metrics").contains("unipin_fleet_differing 1.0"));
      assertThat(http(one, "healthz"))
          .startsWith("ok\nreplica two differs: bundle counted (model ")
          .contains("counts " + newer.generation() + "), here counted (model ")
          .contains("counts " + bundled.generation() + ")");
      reload(one);
      Eventually.holds(() -> http(one, "healthz").equals("ok\n"));
    }
  }

  private static CountTables counts(int liked, Instant until) {
    return CountedBundles.tables(TinyBundles.catalogue(), liked, until);
  }

  private static void reload(UniPinServer server) {
    try (UniPinAdminClient admin = UniPinAdminClient.connect("127.0.0.1:" + server.adminPort())) {
      admin.reloadCounts("next");
    }
  }

  private static String http(UniPinServer server, String path) {
    URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + "/" + path);
    try {
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
