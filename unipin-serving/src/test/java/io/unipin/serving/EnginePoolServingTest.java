package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.counts.CountTables;
import io.unipin.model.device.DeviceCheck;
import io.unipin.model.device.DeviceException;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served.CacheOutcome;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.ContentBundles;
import io.unipin.serving.bundle.CountedBundles;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.settings.ServerConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests a server whose users' keys and values lie in the engine's memory, as on a graphics card.
 * The engine computes on the processor, or on the card that {@code -Dunipin.device=cuda} names.
 * Another server, with keys and values in the memory of the process, must give the same pages.
 */
@Timeout(180)
final class EnginePoolServingTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final float TOLERANCE = 1e-4f;
  private static final int CALLERS = 4;

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void publish() {
    for (int seed = 1; seed <= 2; seed++) {
      String name = seed == 1 ? "one" : "two";
      ContentBundles.publish(
          shared, name, ContentBundles.EARLY, seed, shared.resolve("scratch-" + name));
    }
    CountTables tables = CountedBundles.tables(TinyBundles.catalogue(), 1, CountedBundles.UNTIL);
    CountedBundles.publish(shared, "counted", 3, tables, shared.resolve("scratch"));
  }

  /** A running server, with a client of its service and a client of its admin port. */
  private record Running(UniPinServer server, UniPinClient client, UniPinAdminClient admin)
      implements AutoCloseable {
    static Running of(UniPinServer server) {
      return new Running(
          server,
          UniPinClient.connect("127.0.0.1:" + server.port()),
          UniPinAdminClient.connect("127.0.0.1:" + server.adminPort()));
    }

    @Override
    public void close() {
      client.close();
      admin.close();
      server.close();
    }

    RetrieveAndRankResponse page(String user) {
      return client.retrieveAndRank(
          RetrieveAndRankRequest.newBuilder()
              .setUser(UserContext.newBuilder().setUserId(user).setTimeMs(NOW))
              .build());
    }

    /** Returns one page for each user. Several users ask at the same time. */
    List<RetrieveAndRankResponse> pages(int users) throws Exception {
      ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
      try {
        List<Future<RetrieveAndRankResponse>> asked = new ArrayList<>();
        for (int user = 0; user < users; user++) {
          RetrieveAndRankRequest request = request(user);
          asked.add(callers.submit(() -> client.retrieveAndRank(request)));
        }
        List<RetrieveAndRankResponse> pages = new ArrayList<>();
        for (Future<RetrieveAndRankResponse> page : asked) {
          pages.add(page.get());
        }
        return pages;
      } finally {
        callers.shutdownNow();
      }
    }

    void record(String user, int count, int after) {
      UserActions.Builder actions = UserActions.newBuilder().setUserId(user);
      for (int i = after; i < after + count; i++) {
        actions.addActions(
            action(3 * i % ContentBundles.EARLY, i).toBuilder().setEventId("event " + i));
      }
      client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
    }

    String metrics() throws Exception {
      URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics");
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static Action action(int row, int place) {
    return Action.newBuilder()
        .setItemId(ContentBundles.item(row).id())
        .addActions(TinyBundles.ACTIONS.get(place % 3))
        .setTimeMs(NOW - 1_000_000 + place * 1000L)
        .build();
  }

  /** Returns a page request of a user with a random history. */
  private static RetrieveAndRankRequest request(int user) {
    Random random = new Random(user);
    History.Builder history = History.newBuilder();
    int length = 1 + random.nextInt(TinyBundles.MAX_HISTORY - 1);
    for (int i = 0; i < length; i++) {
      history.addActions(action(random.nextInt(ContentBundles.ALL), i));
    }
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId("u" + user).setTimeMs(NOW).setHistory(history))
        .build();
  }

  private Running pooled(String... more) {
    String device = System.getProperty("unipin.device", "cpu");
    Stream<String> batch =
        Stream.of(
            "engine.device=" + device,
            "engine.executor=BATCH",
            "engine.batchSize=3",
            "engine.batchRows=64");
    ServerConfig config =
        TestServer.config(
            folder.resolve("pooled"), settings(Stream.concat(batch, Stream.of(more))));
    try {
      DeviceCheck.require(config.engine().device());
    } catch (DeviceException e) {
      assumeThat(false).as("-Dunipin.device=%s: %s", device, e.getMessage()).isTrue();
    }
    return Running.of(UniPinServer.startPooled(config));
  }

  private Running host(String... more) {
    return Running.of(
        UniPinServer.start(TestServer.config(folder.resolve("host"), settings(Stream.of(more)))));
  }

  private static String[] settings(Stream<String> more) {
    Stream<String> own =
        Stream.of(
            "bundle.folder=" + shared,
            "server.workers=" + CALLERS,
            "retrieval.candidates=" + ContentBundles.ALL,
            "page.size=" + ContentBundles.ALL,
            "items.limit=20",
            "items.maxPutsPerSecond=100000",
            "cache.appendOnRecord=false");
    return Stream.concat(own, more).toArray(String[]::new);
  }

  private static void assertSame(RetrieveAndRankResponse page, RetrieveAndRankResponse expected) {
    assertThat(page.getItemsCount()).isEqualTo(expected.getItemsCount()).isPositive();
    for (ScoredItem item : page.getItemsList()) {
      ScoredItem other =
          expected.getItemsList().stream()
              .filter(each -> each.getItemId() == item.getItemId())
              .findFirst()
              .orElseThrow();
      assertThat(item.getUtility()).isCloseTo(other.getUtility(), within(TOLERANCE));
      assertThat(item.getRetrievalScore()).isCloseTo(other.getRetrievalScore(), within(TOLERANCE));
    }
    assertThat(page.getServed().getCache()).isEqualTo(expected.getServed().getCache());
  }

  private static void assertSame(Running pooled, Running host, int users) throws Exception {
    List<RetrieveAndRankResponse> pages = pooled.pages(users);
    List<RetrieveAndRankResponse> expected = host.pages(users);
    for (int user = 0; user < users; user++) {
      assertSame(pages.get(user), expected.get(user));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "counted"})
  void pages_ofManyUsersAtOnce_equalThoseOfTheHost(String bundle) throws Exception {
    try (Running pooled = pooled("shadow.bundle=two", "bundle.name=" + bundle);
        Running host = host("bundle.name=" + bundle)) {
      assertSame(pooled, host, 30);
      assertSame(pooled, host, 30); // now from the cache
      assertThat(pooled.page("u").getServed().getCounts().isEmpty())
          .isEqualTo(bundle.equals("one"));
      assertThat(pooled.metrics()).contains("unipin_cache_leases 0.0");
    }
  }

  @Test
  void session_hitsAppendsAndForgets_asOnTheHost() throws Exception {
    try (Running pooled = pooled();
        Running host = host()) {
      CacheOutcome[] outcomes = {CacheOutcome.PREFILL, CacheOutcome.APPEND, CacheOutcome.APPEND};
      int[] counts = {4, 1, 7};
      int recorded = 0;
      for (int visit = 0; visit < counts.length; visit++) {
        pooled.record("u", counts[visit], recorded);
        host.record("u", counts[visit], recorded);
        recorded += counts[visit];
        RetrieveAndRankResponse page = pooled.page("u");
        assertThat(page.getServed().getCache()).isEqualTo(outcomes[visit]);
        assertSame(page, host.page("u"));
        assertThat(pooled.page("u").getServed().getCache()).isEqualTo(CacheOutcome.HIT);
        assertSame(pooled.page("u"), host.page("u"));
      }
      assertThat(pooled.client().eraseUser("u")).isTrue();
      assertThat(host.client().eraseUser("u")).isTrue();
      assertThat(pooled.admin().cache().getEntries()).isZero();
      RetrieveAndRankResponse forgotten = pooled.page("u");
      assertThat(forgotten.getServed().getHistoryActions()).isZero();
      assertThat(forgotten.getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
    }
  }

  @Test
  void smallCache_thatEvicts_givesTheSamePages() throws Exception {
    String[] small = {"cache.budget=16KiB", "cache.transientBudget=64KiB"};
    try (Running pooled = pooled(small);
        Running host = host()) {
      for (int round = 0; round < 3; round++) {
        List<RetrieveAndRankResponse> pages = pooled.pages(60);
        List<RetrieveAndRankResponse> expected = host.pages(60);
        for (int user = 0; user < 60; user++) {
          assertThat(pages.get(user).getItemsList())
              .usingElementComparator(EnginePoolServingTest::apart)
              .containsExactlyInAnyOrderElementsOf(expected.get(user).getItemsList());
        }
      }
      assertThat(pooled.metrics()).contains("unipin_cache_leases 0.0");
      assertThat(pooled.admin().cache().getEntries()).isBetween(1L, 20L);
    }
  }

  /**
   * Returns 0 if both items have the same id and, up to the tolerance, the same utility; otherwise
   * 1.
   */
  private static int apart(ScoredItem one, ScoredItem other) {
    boolean same =
        one.getItemId() == other.getItemId()
            && Math.abs(one.getUtility() - other.getUtility()) <= TOLERANCE;
    return same ? 0 : 1;
  }

  @Test
  void bundlesAndPutItems_change_asOnTheHost() throws Exception {
    try (Running pooled = pooled();
        Running host = host()) {
      assertSame(pooled, host, 10);
      for (Running each : List.of(pooled, host)) {
        each.server().items().put(ContentBundles.late());
      }
      assertSame(pooled, host, 10);
      assertThat(pooled.page("anyone").getItemsCount()).isEqualTo(ContentBundles.ALL);
      for (Running each : List.of(pooled, host)) {
        each.admin().loadBundle("two");
      }
      assertSame(pooled, host, 10);
      assertThat(pooled.page("u1").getServed().getBundle()).isEqualTo("two");
      for (Running each : List.of(pooled, host)) {
        each.admin().rollBackBundle();
        each.server().items().delete(new long[] {ContentBundles.item(ContentBundles.EARLY).id()});
      }
      assertSame(pooled, host, 10);
      assertThat(pooled.page("anyone").getItemsCount()).isEqualTo(ContentBundles.ALL - 1);
    }
  }
}
