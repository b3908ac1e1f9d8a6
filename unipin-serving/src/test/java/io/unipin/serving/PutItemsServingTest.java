package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.Preferences;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RankResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served.CacheOutcome;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.ContentBundles;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.items.ItemVerdict;
import io.unipin.serving.items.Outcome;
import io.unipin.serving.items.PutItem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Puts items into a running server. The server must serve these items like items that training
 * knew.
 */
@Timeout(180)
final class PutItemsServingTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final int EARLY = ContentBundles.EARLY;
  private static final long LATE_ID = ContentBundles.item(EARLY).id();

  @TempDir Path folder;

  /** A running server, with a client of its service and a client of its admin port. */
  private record Running(UniPinServer server, UniPinClient client, UniPinAdminClient admin)
      implements AutoCloseable {
    @Override
    public void close() {
      client.close();
      admin.close();
      server.close();
    }

    RetrieveAndRankResponse page(RetrieveAndRankRequest request) {
      return client.retrieveAndRank(request);
    }

    Set<Long> ids(RetrieveAndRankRequest request) {
      return page(request).getItemsList().stream()
          .map(ScoredItem::getItemId)
          .collect(Collectors.toSet());
    }

    void put(List<PutItem> items) {
      assertThat(server.items().put(items))
          .extracting(ItemVerdict::outcome)
          .isSubsetOf(Outcome.ADDED, Outcome.REPLACED);
    }
  }

  private Running start(String home, String... overrides) {
    Path place = folder.resolve(home);
    Path bundles = place.resolve("bundles");
    if (!bundles.toFile().exists()) {
      bundles.toFile().mkdirs();
      ContentBundles.publish(bundles, "one", EARLY, 1, place.resolve("scratch"));
      ContentBundles.publish(bundles, "two", EARLY, 2, place.resolve("scratch"));
      ContentBundles.publish(bundles, "whole", ContentBundles.ALL, 1, place.resolve("scratch"));
    }
    Stream<String> all =
        Stream.concat(
            Stream.of(
                "retrieval.candidates=" + ContentBundles.ALL,
                "page.size=" + ContentBundles.ALL,
                "items.limit=20",
                "items.maxPutsPerSecond=100000"),
            Stream.of(overrides));
    UniPinServer server = UniPinServer.start(TestServer.config(place, all.toArray(String[]::new)));
    return new Running(
        server,
        UniPinClient.connect("127.0.0.1:" + server.port()),
        UniPinAdminClient.connect("127.0.0.1:" + server.adminPort()));
  }

  /**
   * Returns a page request with a random history, in which any item of the whole catalogue may
   * occur.
   */
  private static RetrieveAndRankRequest request(int user) {
    Random random = new Random(user);
    History.Builder history = History.newBuilder();
    int length = 1 + random.nextInt(TinyBundles.MAX_HISTORY - 1);
    for (int i = 0; i < length; i++) {
      long item = ContentBundles.item(random.nextInt(ContentBundles.ALL)).id();
      history.addActions(
          Action.newBuilder()
              .setItemId(item)
              .addActions(TinyBundles.ACTIONS.get(random.nextInt(3)))
              .setTimeMs(NOW - 1_000_000 + i * 1000L));
    }
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId("u" + user).setTimeMs(NOW).setHistory(history))
        .build();
  }

  private static RetrieveAndRankRequest anyone(long timeMs) {
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId("anyone").setTimeMs(timeMs))
        .build();
  }

  private static List<Long> lateIds() {
    return ContentBundles.late().stream().map(PutItem::id).toList();
  }

  private static void assertSame(RetrieveAndRankResponse page, RetrieveAndRankResponse oracle) {
    assertThat(page.getItemsCount()).isEqualTo(oracle.getItemsCount());
    for (ScoredItem item : page.getItemsList()) {
      ScoredItem expected =
          oracle.getItemsList().stream()
              .filter(other -> other.getItemId() == item.getItemId())
              .findFirst()
              .orElseThrow();
      assertThat(item.getTitle()).isEqualTo(expected.getTitle());
      assertThat(item.getUtility()).isCloseTo(expected.getUtility(), within(1e-5f));
      assertThat(item.getRetrievalScore()).isCloseTo(expected.getRetrievalScore(), within(1e-5f));
    }
    assertThat(page.getServed().getUnknownItemIdsList())
        .isEqualTo(oracle.getServed().getUnknownItemIdsList());
  }

  @Test
  void pages_withPutItems_equalThoseOfABundleThatKnowsThem() {
    try (Running put = start("put");
        Running oracle = start("oracle", "bundle.name=whole")) {
      RetrieveAndRankResponse before = put.page(request(3));
      put.put(ContentBundles.late());
      for (int user = 0; user < 20; user++) {
        assertSame(put.page(request(user)), oracle.page(request(user)));
      }
      assertThat(put.page(request(3)).getItemsList()).isNotEqualTo(before.getItemsList());
      assertThat(put.ids(anyone(NOW))).hasSize(ContentBundles.ALL).containsAll(lateIds());
      RankRequest rank =
          RankRequest.newBuilder().setUser(request(5).getUser()).addAllItemIds(lateIds()).build();
      RankResponse ranked = put.client().rank(rank);
      assertThat(ranked.getItemsList())
          .extracting(ScoredItem::getItemId)
          .containsExactlyElementsOf(
              oracle.client().rank(rank).getItemsList().stream()
                  .map(ScoredItem::getItemId)
                  .toList());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, ContentBundles.CONTENT})
  void pages_withPutItemsOfAttributes_equalThoseOfABundleThatKnowsThem(int contentDim) {
    publishDescribed("put", "one", EARLY, contentDim);
    publishDescribed("oracle", "whole", ContentBundles.ALL, contentDim);
    try (Running put = start("put");
        Running oracle = start("oracle", "bundle.name=whole")) {
      List<PutItem> late =
          IntStream.range(EARLY, ContentBundles.ALL)
              .mapToObj(row -> ContentBundles.described(row, contentDim))
              .toList();
      put.put(late);
      for (int user = 0; user < 20; user++) {
        assertSame(put.page(request(user)), oracle.page(request(user)));
      }
      assertThat(put.ids(anyone(NOW))).hasSize(ContentBundles.ALL).containsAll(lateIds());
      RetrieveAndRankResponse before = put.page(request(3));
      put.put(List.of(late.get(0).described(List.of("tag 1", "tag 2", "brand 3"))));
      assertThat(put.page(request(3)).getItemsList())
          .as("another set of attributes is another vector")
          .isNotEqualTo(before.getItemsList());
    }
  }

  private void publishDescribed(String home, String name, int items, int contentDim) {
    Path bundles = folder.resolve(home).resolve("bundles");
    assertThat(bundles.toFile().mkdirs()).isTrue();
    Path scratch = folder.resolve(home).resolve("scratch");
    ContentBundles.publishDescribed(bundles, name, items, contentDim, 1, scratch);
  }

  @Test
  void putItem_inACachedHistory_isEncodedAnew() {
    try (Running put = start("put")) {
      RetrieveAndRankRequest request =
          RetrieveAndRankRequest.newBuilder()
              .setUser(
                  UserContext.newBuilder()
                      .setUserId("u")
                      .setTimeMs(NOW)
                      .setHistory(
                          History.newBuilder()
                              .addActions(
                                  Action.newBuilder()
                                      .setItemId(LATE_ID)
                                      .addActions("click")
                                      .setTimeMs(NOW - 1000))))
              .build();
      RetrieveAndRankResponse unknown = put.page(request);
      assertThat(unknown.getServed().getUnknownItemIdsList()).containsExactly(LATE_ID);
      assertThat(put.page(request).getServed().getCache()).isEqualTo(CacheOutcome.HIT);
      put.put(List.of(ContentBundles.item(EARLY)));
      RetrieveAndRankResponse known = put.page(request);
      assertThat(known.getServed().getUnknownItemIdsList()).isEmpty();
      assertThat(known.getServed().getCache()).isNotEqualTo(CacheOutcome.HIT);
      assertThat(known.getItems(0).getUtility()).isNotEqualTo(unknown.getItems(0).getUtility());
      assertThat(put.page(request).getServed().getCache()).isEqualTo(CacheOutcome.HIT);
      put.server().items().delete(new long[] {LATE_ID});
      assertThat(put.page(request).getItemsList()).isEqualTo(unknown.getItemsList());
    }
  }

  @Test
  void putItems_areServedAfterSwapRollBackAndRestart_andInAnArm() {
    String arms =
        "experiments.layers={l: {experiments: {e: {arms: {a: {bundle: two}, b: {bundle: two}}}}}}";
    try (Running put = start("put")) {
      put.put(ContentBundles.late());
      put.admin().loadBundle("two");
      assertThat(put.ids(anyone(NOW))).containsAll(lateIds());
      put.admin().loadBundle("whole");
      assertThat(put.ids(anyone(NOW))).hasSize(ContentBundles.ALL).containsAll(lateIds());
      assertThat(put.server().items().itemsStatus().served()).isZero();
      put.admin().rollBackBundle();
      assertThat(put.ids(anyone(NOW))).containsAll(lateIds());
      put.server().items().delete(new long[] {LATE_ID});
    }
    List<Long> left = lateIds().subList(1, lateIds().size());
    try (Running again = start("put")) {
      assertThat(again.ids(anyone(NOW))).containsAll(left).doesNotContain(LATE_ID);
    }
    try (Running inArm = start("put", arms)) {
      RetrieveAndRankResponse page = inArm.page(anyone(NOW));
      assertThat(page.getServed().getBundle()).isEqualTo("two");
      assertThat(inArm.ids(anyone(NOW))).containsAll(left).doesNotContain(LATE_ID);
      inArm.put(List.of(ContentBundles.item(EARLY)));
      assertThat(inArm.ids(anyone(NOW))).containsAll(lateIds());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deletedOrExpiredItem_isOnNoPage_andItsTextsAreInNoFile(boolean expires) throws Exception {
    List<String> texts =
        List.of("a title to be forgotten", "an author to be forgotten", "a tag to be forgotten");
    try (Running put = start("put")) {
      put.put(List.of(described(texts, 0)));
      assertThat(put.page(anyone(NOW)).getItemsList())
          .extracting(ScoredItem::getTitle)
          .contains(texts.get(0));
      assertThat(texts).allMatch(this::isInAFile);
      if (expires) {
        put.put(List.of(described(texts, System.currentTimeMillis() + 2000)));
      } else {
        assertThat(put.server().items().delete(new long[] {LATE_ID}).get(0).outcome())
            .isEqualTo(Outcome.DELETED);
        assertThat(put.ids(anyone(NOW))).doesNotContain(LATE_ID);
      }
      while (texts.stream().anyMatch(this::isInAFile)) {
        Thread.sleep(10); // the server removes the texts in the background
      }
      assertThat(put.ids(anyone(NOW))).doesNotContain(LATE_ID);
    }
    assertThat(texts).noneMatch(this::isInAFile);
  }

  /** Returns an item with the title, the author and the attribute that are given. */
  private static PutItem described(List<String> texts, long expiresMs) {
    PutItem item = ContentBundles.item(EARLY);
    return new PutItem(
            LATE_ID, texts.get(0), item.category(), texts.get(1), 0, item.content(), expiresMs)
        .described(List.of(texts.get(2)));
  }

  /** Whether any file of the server contains a text. */
  private boolean isInAFile(String text) {
    try (Stream<Path> files = Files.walk(folder.resolve("put"))) {
      return files.anyMatch(file -> contains(file, text));
    } catch (UncheckedIOException | NoSuchFileException e) {
      return true; // a folder changed meanwhile, so the answer is not known yet
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.isRegularFile(file)
          && Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    } catch (NoSuchFileException e) {
      return false; // the database has removed the file meanwhile
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void expiredItem_isOnNoPageFromThenOn() {
    PutItem item = ContentBundles.item(EARLY);
    long hour = 3_600_000;
    long expires = System.currentTimeMillis() + hour;
    PutItem expiring =
        new PutItem(
            item.id(), item.title(), item.category(), item.author(), 0, item.content(), expires);
    try (Running put = start("put")) {
      put.put(List.of(expiring));
      assertThat(put.ids(anyone(expires - 1))).contains(LATE_ID);
      assertThat(put.ids(anyone(expires))).doesNotContain(LATE_ID);
      RankRequest rank =
          RankRequest.newBuilder().setUser(anyone(expires).getUser()).addItemIds(LATE_ID).build();
      assertThat(put.client().rank(rank).getServed().getUnknownItemIdsList())
          .containsExactly(LATE_ID);
    }
  }

  @Test
  void filters_byCategoryAndAge_holdForPutItems() {
    try (Running put = start("put");
        Running oracle = start("oracle", "bundle.name=whole")) {
      put.put(ContentBundles.late());
      for (Preferences preferences :
          List.of(
              Preferences.newBuilder().addCategories("even").build(),
              Preferences.newBuilder().addCategories("odd").addCategories("none").build(),
              Preferences.newBuilder().addCategories("none").build(),
              Preferences.newBuilder()
                  .setCreatedSinceMs(ContentBundles.item(EARLY - 3).createdMs())
                  .build(),
              Preferences.newBuilder()
                  .addCategories("even")
                  .setCreatedSinceMs(ContentBundles.item(EARLY + 2).createdMs())
                  .build())) {
        RetrieveAndRankRequest request = request(4).toBuilder().setPreferences(preferences).build();
        assertThat(put.ids(request)).as("%s", preferences).isEqualTo(oracle.ids(request));
      }
    }
  }

  @Test
  void slateRules_holdForPutItems() {
    long freshSeconds = (NOW - ContentBundles.item(EARLY).createdMs()) / 1000;
    String[] rules = {
      "page.size=8",
      "slate.perAuthor=3",
      "slate.freshItems=4",
      "slate.freshWithin=" + freshSeconds + "s",
      "slate.blockedItems=[" + (LATE_ID + 1) + "]"
    };
    try (Running put = start("put", rules);
        Running oracle =
            start(
                "oracle",
                Stream.concat(Stream.of("bundle.name=whole"), Stream.of(rules))
                    .toArray(String[]::new))) {
      put.put(ContentBundles.late());
      int removed = 0;
      int fresh = 0;
      for (int user = 0; user < 20; user++) {
        RetrieveAndRankResponse page = put.page(request(user));
        RetrieveAndRankResponse expected = oracle.page(request(user));
        assertSame(page, expected);
        assertThat(page.getRemovedList())
            .extracting(each -> each.getItemId() + " " + each.getRule())
            .isEqualTo(
                expected.getRemovedList().stream()
                    .map(each -> each.getItemId() + " " + each.getRule())
                    .toList());
        removed += page.getRemovedCount();
        Set<Long> shown = put.ids(request(user));
        assertThat(shown).doesNotContain(LATE_ID + 1);
        fresh += (int) shown.stream().filter(id -> id >= LATE_ID).count();
      }
      assertThat(removed).isGreaterThan(20);
      assertThat(fresh).as("all fresh items were put").isGreaterThan(60);
    }
  }

  @Test
  void pagesWhileItemsArePutAndDeleted_holdOnlyItemsThatWereThere() throws Exception {
    try (Running put = start("put")) {
      ExecutorService pool = Executors.newFixedThreadPool(2);
      try {
        List<Future<?>> readers = new ArrayList<>();
        for (int reader = 0; reader < 2; reader++) {
          int first = reader * 100;
          readers.add(
              pool.submit(
                  () -> {
                    for (int user = first; user < first + 60; user++) {
                      check(put.page(request(user)));
                    }
                  }));
        }
        Random random = new Random(1);
        while (readers.stream().anyMatch(reader -> !reader.isDone())) {
          PutItem item = ContentBundles.item(EARLY + random.nextInt(8));
          if (random.nextInt(3) == 0) {
            put.server().items().delete(new long[] {item.id()});
          } else {
            put.server().items().put(List.of(item));
          }
        }
        for (Future<?> reader : readers) {
          reader.get();
        }
      } finally {
        pool.shutdownNow();
      }
    }
  }

  private static void check(RetrieveAndRankResponse page) {
    Set<Long> ids = new HashSet<>();
    for (ScoredItem item : page.getItemsList()) {
      assertThat(ids.add(item.getItemId())).isTrue();
      assertThat(item.getTitle()).isEqualTo("Item " + (item.getItemId() - ContentBundles.FIRST_ID));
    }
    assertThat(page.getItemsCount()).isGreaterThan(EARLY - TinyBundles.MAX_HISTORY);
  }
}
