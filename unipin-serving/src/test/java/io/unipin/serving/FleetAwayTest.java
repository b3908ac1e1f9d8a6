package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests servers with histories on the disk, which need Redis only for the register of replicas and
 * for erasures.
 */
@NeedsRedis
@Timeout(180)
final class FleetAwayTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final String SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String AWAY =
      "ok\nfleet: the register of replicas can't be read, and erasures can't be confirmed: ";

  @TempDir Path folder;

  @BeforeEach
  void publish() throws IOException {
    folder.resolve("bundles").toFile().mkdirs();
    TinyBundles.publish(folder.resolve("bundles"), "one", "exact", 1, folder.resolve("scratch"));
    Path secret = Files.writeString(folder.resolve("secret"), SECRET);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
  }

  private UniPinServer replica(String name, RedisServer redis, String... more) {
    List<String> settings = new ArrayList<>();
    settings.add("bundle.folder=" + folder.resolve("bundles"));
    settings.add("security.secretFile=" + folder.resolve("secret"));
    settings.add("redis.uri=" + redis.uri());
    settings.add("redis.timeout=2s");
    settings.add("fleet.name=" + name);
    settings.add("fleet.lease=1s");
    settings.addAll(List.of(more));
    return UniPinServer.start(
        TestServer.config(folder.resolve(name), settings.toArray(String[]::new)));
  }

  private static UniPinClient client(UniPinServer server) {
    return UniPinClient.connect("127.0.0.1:" + server.port());
  }

  private static void record(UniPinClient client, String user) {
    Action action =
        Action.newBuilder()
            .setItemId(1001)
            .addActions("click")
            .setTimeMs(NOW - 1000)
            .setEventId("event")
            .build();
    client.recordActions(
        RecordActionsRequest.newBuilder()
            .addUsers(UserActions.newBuilder().setUserId(user).addActions(action))
            .build());
  }

  private static RetrieveAndRankResponse page(UniPinClient client, String user) {
    UserContext context = UserContext.newBuilder().setUserId(user).setTimeMs(NOW).build();
    return client.retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build());
  }

  private static String http(UniPinServer server, String path) {
    URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + "/" + path);
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void redisAwayAtTheStart_serverServesAndJoinsOnceItIsThere() {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes")) {
      redis.kill();
      try (UniPinServer one = replica("one", redis);
          UniPinClient first = client(one)) {
        record(first, "u");
        RetrieveAndRankResponse page = page(first, "u");
        assertThat(page.getItemsCount()).isPositive();
        assertThat(page.getServed().getHistoryActions()).isEqualTo(1);
        assertThat(page.getServed().getDegradationsList()).isEmpty();
        assertThat(http(one, "healthz")).isEqualTo(AWAY + "Redis was not reached yet\n");
        assertThat(http(one, "metrics")).contains("unipin_fleet_unreachable 1.0");
        assertThatThrownBy(() -> first.erase("u")).isInstanceOf(RequestException.class);

        redis.startAgain();
        Eventually.holds(() -> http(one, "healthz").equals("ok\n"));
        assertThat(http(one, "metrics"))
            .contains("unipin_fleet_unreachable 0.0")
            .contains("{state=\"live\"} 1.0");
        try (UniPinServer two = replica("two", redis);
            UniPinClient second = client(two)) {
          record(second, "u");
          Eventually.holds(() -> http(one, "metrics").contains("{state=\"live\"} 2.0"));
          EraseUserResponse erased = second.erase("u");
          assertThat(erased.getConfirmedList()).containsExactly("one", "two");
          assertThat(page(first, "u").getServed().getHistoryActions()).isZero();
        }
        redis.kill();
        Eventually.holds(() -> http(one, "healthz").equals(AWAY + "Redis is away\n"));
      }
    }
  }

  /**
   * A user was erased while this server was stopped. The server applies this erasure once Redis can
   * be reached.
   */
  @Test
  void erasureThatWasMissed_isMadeOnceRedisIsThere() {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes")) {
      try (UniPinServer one = replica("one", redis);
          UniPinClient client = client(one)) {
        record(client, "u");
      }
      try (UniPinServer two = replica("two", redis);
          UniPinClient client = client(two)) {
        assertThat(client.erase("u").getUnconfirmedList()).containsExactly("one");
      }
      redis.kill();
      try (UniPinServer one = replica("one", redis);
          UniPinClient client = client(one)) {
        assertThat(page(client, "u").getServed().getHistoryActions()).isEqualTo(1);
        redis.startAgain();
        Eventually.holds(() -> page(client, "u").getServed().getHistoryActions() == 0);
      }
    }
  }

  /** The tier has a Redis of its own, and does not need the shared Redis. */
  @Test
  void redisAwayAtTheStart_tierInAnotherRedisIsUsed() {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"));
        RedisServer rows = RedisServer.start(folder.resolve("rows"))) {
      redis.kill();
      try (UniPinServer one =
              replica("one", redis, "cache.remote=REDIS", "cache.redis.uri=" + rows.uri());
          UniPinClient client = client(one)) {
        record(client, "u");
        page(client, "u");
        page(client, "u");
        // One key holds the user's rows. The other key holds the mark of the model.
        Eventually.holds(() -> rows.command("DBSIZE").equals(":2"));
        assertThat(http(one, "healthz")).startsWith(AWAY);
      }
    }
  }

  @Test
  void redisOfTheHistories_awayAtTheStart_isRefused() {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"))) {
      redis.kill();
      assertThatThrownBy(() -> replica("one", redis, "history.store=REDIS"))
          .isInstanceOfSatisfying(
              ServingException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    }
  }

  @Test
  void redisThatEvicts_isRefusedAtTheStart() {
    try (RedisServer redis =
        RedisServer.start(folder.resolve("redis"), "--maxmemory-policy", "allkeys-lru")) {
      assertThatThrownBy(() -> replica("one", redis))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("noeviction expected, got allkeys-lru")
          .hasMessageContaining("erasures and the register of replicas");
    }
  }
}
