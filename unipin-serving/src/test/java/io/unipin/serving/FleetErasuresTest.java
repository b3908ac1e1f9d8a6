package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.stores.HistoryStores;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests how replicas apply the erasures of their fleet when they start. Also tests erasures whose
 * secret a replica lacks.
 */
@NeedsRedis
@Timeout(180)
final class FleetErasuresTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final String OLD = secret(1);
  private static final String NEXT = secret(2);
  private static final String UNREADABLE = "unipin_erasures_unreadable ";

  @TempDir Path folder;

  @BeforeEach
  void publish() {
    folder.resolve("bundles").toFile().mkdirs();
    TinyBundles.publish(folder.resolve("bundles"), "one", "exact", 1, folder.resolve("scratch"));
  }

  private static String secret(int number) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) number);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private void secrets(String name, String... lines) throws IOException {
    Path file = folder.resolve(name + "-secrets");
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.write(file, List.of(lines));
  }

  private ServerConfig config(String name, RedisServer redis, String... more) throws IOException {
    List<String> settings = new ArrayList<>();
    settings.addAll(
        List.of(
            "bundle.folder=" + folder.resolve("bundles"),
            "history.store=REDIS",
            "redis.uri=" + redis.uri(),
            "redis.timeout=2s",
            "servedLog.enabled=true",
            "security.secretFile=" + folder.resolve(name + "-secrets"),
            "security.reload=100ms",
            "fleet.name=" + name,
            "fleet.patience=500ms",
            "fleet.lease=1s"));
    settings.addAll(List.of(more));
    if (!Files.exists(folder.resolve(name + "-secrets"))) {
      secrets(name, OLD);
    }
    return TestServer.config(folder.resolve(name), settings.toArray(String[]::new));
  }

  private static UniPinClient client(UniPinServer server) {
    return UniPinClient.connect("127.0.0.1:" + server.port());
  }

  private static void record(UniPinServer server, String user, String event) {
    Action action =
        Action.newBuilder()
            .setItemId(1001)
            .addActions("click")
            .setTimeMs(NOW - 1000)
            .setEventId(event)
            .build();
    try (UniPinClient client = client(server)) {
      client.recordActions(
          RecordActionsRequest.newBuilder()
              .addUsers(UserActions.newBuilder().setUserId(user).addActions(action))
              .build());
    }
  }

  private static int actions(UniPinServer server, String user) {
    UserContext context = UserContext.newBuilder().setUserId(user).setTimeMs(NOW).build();
    try (UniPinClient client = client(server)) {
      return client
          .retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build())
          .getServed()
          .getHistoryActions();
    }
  }

  private static EraseUserResponse erase(UniPinServer server, String user) {
    try (UniPinClient client = client(server)) {
      return client.erase(user);
    }
  }

  private static String http(int port, String path) {
    URI uri = URI.create("http://127.0.0.1:" + port + "/" + path);
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      return "no answer"; // the port is not open yet
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private boolean isLogged(String name, String user) {
    try (Stream<Path> files = Files.walk(folder.resolve(name))) {
      return files
          .filter(Files::isRegularFile)
          .anyMatch(
              file -> {
                try {
                  return Files.readString(file, StandardCharsets.ISO_8859_1).contains(user);
                } catch (IOException e) {
                  return true;
                }
              });
    } catch (IOException e) {
      return true; // a file was removed meanwhile
    }
  }

  /**
   * Deletes the mark of an erasure. A replica that reads the erasure again would then apply it
   * again.
   */
  private void unmark(RedisServer redis, String user) throws IOException {
    try (HistoryStore store = HistoryStores.open(config("look", redis))) {
      String mark = store.archive().markOf(HistoryKeys.user(user), 0).text();
      assertThat(redis.command("DEL unipin:gone:" + mark)).isEqualTo(":1");
    }
    redis.command(
        "EVAL \"for _, key in ipairs(redis.call('KEYS', 'unipin:fence:*')) do"
            + " redis.call('DEL', key) end return 1\" 0");
  }

  @Test
  void replicaWithoutData_beginsAfterWhatTheFleetHasErased() throws Exception {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"));
        UniPinServer one = UniPinServer.start(config("one", redis))) {
      for (String user : List.of("first", "second")) {
        record(one, user, "e1");
        erase(one, user);
      }
      Eventually.holds(() -> points(redis, erasedMicros(redis)));
      unmark(redis, "first");
      record(one, "first", "later");
      try (UniPinServer fresh = UniPinServer.start(config("fresh", redis))) {
        assertThat(actions(fresh, "first")).as("not erased again").isEqualTo(1);
        assertThat(actions(fresh, "second")).isZero();
        // later erasures are applied
        record(one, "third", "e1");
        assertThat(actions(fresh, "third")).isEqualTo(1);
        assertThat(erase(one, "third").getConfirmedList()).containsExactly("fresh", "one");
        assertThat(isLogged("fresh", "third")).isFalse();
      }
      // If a replica has data of its own but its file of applied erasures is gone, it applies all
      // erasures again.
      Files.delete(folder.resolve("fresh").resolve("history-erasures.json"));
      try (UniPinServer again = UniPinServer.start(config("fresh", redis))) {
        assertThat(actions(again, "first")).isZero();
      }
    }
  }

  private static long erasedMicros(RedisServer redis) {
    return Long.parseLong(
        redis
            .command(
                "EVAL \"return redis.call('ZRANGE', 'unipin:{fleet}:order', -1, -1,"
                    + " 'WITHSCORES')[2]\" 0")
            .strip());
  }

  /**
   * Whether the stored position, before which all erasures are applied, is beyond {@code position}.
   */
  private static boolean points(RedisServer redis, long position) {
    String point = redis.command("HGET unipin:made redis/redis");
    return !point.startsWith("$") && Long.parseLong(point.split(" ", -1)[0]) > position;
  }

  @Test
  void erasureUnderAnUnknownSecret_isNotConfirmed_isShown_andIsMadeWithTheSecret()
      throws Exception {
    secrets("new", NEXT, OLD);
    secrets("old", OLD);
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"));
        UniPinServer newer = UniPinServer.start(config("new", redis));
        UniPinServer old = UniPinServer.start(config("old", redis))) {
      record(old, "canary", "e1");
      assertThat(actions(old, "canary")).isEqualTo(1);
      Eventually.holds(() -> isLogged("old", "canary"));
      EraseUserResponse answer = erase(newer, "canary");
      assertThat(answer.getConfirmedList()).containsExactly("new");
      assertThat(answer.getUnconfirmedList()).containsExactly("old");
      Eventually.holds(() -> http(old.metricsPort(), "metrics").contains(UNREADABLE + "1.0"));
      assertThat(http(old.metricsPort(), "healthz"))
          .startsWith("200 ok\n")
          .contains("erasures that can't be read: 1; security.secretFile lacks their secrets");
      assertThat(isLogged("old", "canary")).isTrue();
      secrets("old", OLD, NEXT);
      Eventually.holds(() -> http(old.metricsPort(), "metrics").contains(UNREADABLE + "0.0"));
      assertThat(isLogged("old", "canary")).isFalse();
      assertThat(http(old.metricsPort(), "healthz")).doesNotContain("can't be read");
    }
  }

  @Test
  void start_withAnErasureThatCannotBeRead_waitsForItsSecret() throws Exception {
    secrets("new", NEXT, OLD);
    int metrics = RedisServer.freePort();
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"));
        UniPinServer newer = UniPinServer.start(config("new", redis))) {
      try (UniPinServer old = UniPinServer.start(config("old", redis))) {
        record(old, "canary", "e1");
      }
      erase(newer, "canary");
      assertThat(isLogged("old", "canary")).isTrue();
      ServerConfig passing = config("old", redis, "fleet.unreadableErasures=PASS");
      try (UniPinServer passes = UniPinServer.start(passing)) {
        assertThat(actions(passes, "canary")).isZero(); // the shared history is gone
        assertThat(http(passes.metricsPort(), "metrics")).contains(UNREADABLE + "1.0");
      }
      ServerConfig waiting = config("old", redis, "server.metricsPort=" + metrics);
      CompletableFuture<UniPinServer> starting =
          CompletableFuture.supplyAsync(() -> UniPinServer.start(waiting));
      Eventually.holds(
          () ->
              http(metrics, "healthz")
                  .startsWith("503 not serving\nerasures that can't be read: 1; "));
      assertThat(starting).isNotDone();
      secrets("old", OLD, NEXT);
      try (UniPinServer started = starting.get(60, TimeUnit.SECONDS)) {
        assertThat(isLogged("old", "canary")).isFalse();
        assertThat(http(started.metricsPort(), "healthz")).startsWith("200 ok\n");
      }
    }
  }
}
