package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served.CacheOutcome;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.ContentBundles;
import io.unipin.serving.items.PutItem;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import io.unipin.settings.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests, over gRPC, servers that share the encoded keys and values (rows) of users in Redis. */
@NeedsRedis
@Timeout(180)
final class RedisTierServingTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final int ACTIONS = 16;
  private static final int ROUNDS = 60;
  private static final int USERS = 4;
  private static final int SHARED = 8;
  private static final String SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  @TempDir Path folder;

  @BeforeEach
  void publish() throws Exception {
    Path bundles = Files.createDirectories(folder.resolve("bundles"));
    ContentBundles.publish(bundles, "one", ContentBundles.EARLY, 1, folder.resolve("scratch"));
    Files.writeString(folder.resolve("secret"), SECRET);
    Files.setPosixFilePermissions(
        folder.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
  }

  private UniPinServer replica(String name, RedisServer redis, String... more) {
    List<String> settings = new ArrayList<>();
    settings.add("bundle.folder=" + folder.resolve("bundles"));
    settings.add("security.secretFile=" + folder.resolve("secret"));
    settings.add("cache.remote=REDIS");
    settings.add("cache.redis.uri=" + redis.uri());
    settings.add("cache.redis.timeout=2s");
    settings.add("items.limit=20");
    settings.add("items.maxPutsPerSecond=100000");
    settings.add("page.size=" + ContentBundles.ALL);
    settings.add("retrieval.candidates=" + ContentBundles.ALL);
    settings.addAll(List.of(more));
    return UniPinServer.start(
        TestServer.config(folder.resolve(name), settings.toArray(String[]::new)));
  }

  private static UniPinClient client(UniPinServer server) {
    return UniPinClient.connect("127.0.0.1:" + server.port());
  }

  /** Asks for a page of a user whose history holds these items. */
  private static RetrieveAndRankResponse page(UniPinClient client, String user, long... items) {
    History.Builder history = History.newBuilder();
    for (int i = 0; i < items.length; i++) {
      history.addActions(
          Action.newBuilder()
              .setItemId(items[i])
              .addActions("click")
              .setTimeMs(NOW - 1_000_000 + 1000L * i));
    }
    return client.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user).setTimeMs(NOW).setHistory(history))
            .build());
  }

  private static long[] items(Random random, int count) {
    return random
        .ints(count, 0, ContentBundles.ALL)
        .mapToLong(row -> ContentBundles.item(row).id())
        .toArray();
  }

  /** Asks for pages of users until the rows of all of them are in Redis. */
  private static void share(UniPinClient client, RedisServer redis, long... items) {
    for (int user = 0; user < SHARED; user++) {
      page(client, "user" + user, items);
      page(client, "user" + user, items);
    }
    String all = ":" + (SHARED + 1); // one key per user, and one key for the model
    Eventually.holds(() -> redis.command("DBSIZE").equals(all));
  }

  @Test
  void secondServer_readsWhatTheFirstEncoded_andAnErasureHolds() {
    long[] items = items(new Random(1), ACTIONS);
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"));
        UniPinServer one = replica("a", redis);
        UniPinServer two = replica("b", redis);
        UniPinClient first = client(one);
        UniPinClient second = client(two)) {
      share(first, redis, items);
      int reloads = 0;
      // some users' rows may be encoded instead, if that is faster
      for (int user = 0; user < SHARED; user++) {
        RetrieveAndRankResponse here = page(second, "user" + user, items);
        assertSame(here, page(first, "user" + user, items));
        if (here.getServed().getCache() == CacheOutcome.RELOAD) {
          assertThat(here.getServed().getEncodedActions()).isZero();
          reloads++;
        }
      }
      assertThat(reloads).isPositive();

      assertThat(second.eraseUser("user0")).isTrue();
      RetrieveAndRankResponse after = page(second, "user0", items);
      assertThat(after.getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
      assertThat(redis.command("DBSIZE"))
          .as("the mark of the erasure")
          .isEqualTo(":" + (SHARED + 1));
    }
  }

  @Test
  void redisAway_pagesGoOn() {
    long[] items = items(new Random(1), ACTIONS);
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"))) {
      redis.kill();
      try (UniPinServer server = replica("a", redis);
          UniPinClient client = client(server)) {
        for (int user = 0; user < 5; user++) {
          RetrieveAndRankResponse page = page(client, "user" + user, items);
          assertThat(page.getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
          assertThat(page.getServed().getDegradationsList()).isEmpty();
        }
      }
    }
  }

  @Test
  void redisOfTheHistories_isRefusedAtTheStart() {
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes")) {
      assertThatThrownBy(
              () -> replica("a", redis, "history.store=REDIS", "redis.uri=" + redis.uri()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("cache.redis.uri: another Redis than that of redis.uri expected");
    }
  }

  /** A server, its client, and the items that were put into the server, by id. */
  private record Replica(UniPinServer server, UniPinClient client, Map<Long, PutItem> items) {
    void put(PutItem item) {
      items.put(item.id(), item);
      server.items().put(List.of(item));
    }
  }

  /**
   * Two servers put items with changing contents in different orders, and share a tier. A third
   * server has no tier. Before each comparison it gets the items of the compared server, and then
   * computes the page without cached rows.
   */
  @Test
  void servers_whoseItemsChangedInDifferentOrders_giveRightPages() throws Exception {
    Random random = new Random(7);
    List<PutItem> late = ContentBundles.late();
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"));
        UniPinServer one = replica("a", redis);
        UniPinServer two = replica("b", redis);
        UniPinServer anew = replica("c", redis, "cache.remote=NONE");
        UniPinClient first = client(one);
        UniPinClient second = client(two);
        UniPinClient oracle = client(anew)) {
      List<Replica> replicas =
          List.of(
              new Replica(one, first, new LinkedHashMap<>()),
              new Replica(two, second, new LinkedHashMap<>()));
      List<PutItem> backwards = new ArrayList<>(late);
      Collections.reverse(backwards);
      late.forEach(replicas.get(0)::put);
      backwards.forEach(replicas.get(1)::put);
      int reloads = 0;
      for (int round = 0; round < ROUNDS; round++) {
        PutItem item = late.get(random.nextInt(late.size()));
        replicas.get(random.nextInt(2)).put(other(item, random.nextInt(2)));
        String user = "user" + random.nextInt(USERS);
        long[] items = items(new Random(user.hashCode()), ACTIONS);
        for (Replica replica : replicas) {
          RetrieveAndRankResponse page = page(replica.client(), user, items);
          reloads += page.getServed().getCache() == CacheOutcome.RELOAD ? 1 : 0;
          page(replica.client(), user, items);
          replica.items().values().forEach(put -> anew.items().put(List.of(put)));
          assertSame(page, page(oracle, "anew" + round, items));
          Thread.sleep(20); // rows are written to Redis in the background
        }
      }
      assertThat(reloads).isPositive();
    }
  }

  private static PutItem other(PutItem item, int variant) {
    float[] content = item.content().clone();
    content[0] += variant;
    return new PutItem(
        item.id(), item.title(), item.category(), item.author(), item.createdMs(), content, 0);
  }

  private static void assertSame(RetrieveAndRankResponse page, RetrieveAndRankResponse oracle) {
    assertThat(page.getItemsCount()).isEqualTo(oracle.getItemsCount());
    for (ScoredItem item : page.getItemsList()) {
      ScoredItem expected =
          oracle.getItemsList().stream()
              .filter(other -> other.getItemId() == item.getItemId())
              .findFirst()
              .orElseThrow();
      assertThat(item.getUtility()).isCloseTo(expected.getUtility(), within(1e-4f));
    }
  }
}
