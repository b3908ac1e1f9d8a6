package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.ContentBundles;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemPlace.Service;
import io.unipin.serving.items.live.ItemView;
import io.unipin.settings.ByteSize;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests which items a bundle serves after items were put and deleted. */
@Timeout(120)
final class PutItemsTest {
  private static final int LIMIT = 8;
  private static final int EARLY = ContentBundles.EARLY;
  private static final long LATE_ID = ContentBundles.item(EARLY).id();

  @TempDir Path folder;
  private BundleReader reader;
  private final BundleHolder serving = new BundleHolder(drained -> {}, true);
  private final BundleHolder arm = new BundleHolder(drained -> {});
  private ItemStore store;
  private ItemChanges changes;
  private long now = 1_700_000_000_000L;

  private ItemsConfig config(int limit, long maxBytes) {
    return new ItemsConfig(folder, limit, new ByteSize(maxBytes), 1000);
  }

  @BeforeEach
  void load() {
    open(config(LIMIT, 1 << 20));
    ContentBundles.publish(folder, "early", EARLY, 1, folder.resolve("s1"));
    serve("early");
  }

  private void open(ItemsConfig config) {
    store = ItemStore.open(folder.resolve("items"));
    changes = new ItemChanges(serving, List.of(arm), store, config, () -> now);
    reader = new BundleReader(folder, EngineOptions.cpu().withLiveItems(config.slots()));
  }

  @AfterEach
  void close() {
    serving.close();
    arm.close();
    store.close();
  }

  private void serve(String name) {
    LoadedBundle next = reader.load(name);
    changes.serve(next, () -> serving.swap(next));
  }

  private void serveInArm(String name) {
    LoadedBundle next = reader.load(name);
    changes.serve(arm, next, () -> arm.swap(next));
  }

  private ItemVerdict put(PutItem item) {
    return changes.put(List.of(item)).get(0);
  }

  private static PutItem titled(PutItem item, String title) {
    return new PutItem(
        item.id(), title, item.category(), item.author(), item.createdMs(), item.content(), 0);
  }

  private static PutItem withContent(PutItem item, float... content) {
    return new PutItem(
        item.id(), item.title(), item.category(), item.author(), item.createdMs(), content, 0);
  }

  private static PutItem expiring(PutItem item, long expiresMs) {
    return new PutItem(
        item.id(),
        item.title(),
        item.category(),
        item.author(),
        item.createdMs(),
        item.content(),
        expiresMs);
  }

  /** Gives two keys the same id. Two keys whose hashes collide would have the same id. */
  @Test
  void put_keyWhoseIdAnotherKeyHas_isRefusedAndNamesBoth() {
    PutItem lamp = ContentBundles.late().get(0).keyed("lamp");
    assertThat(put(lamp).outcome()).isEqualTo(Outcome.ADDED);
    ItemVerdict verdict = put(lamp.keyed("desk"));
    assertThat(verdict.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(verdict.reason())
        .isEqualTo(
            "key: another item id than %s of key 'lamp' expected (put one of the two by an id), got 'desk'"
                .formatted(lamp.id()));
    assertThat(put(ContentBundles.item(0).keyed("desk")).reason())
        .contains("of an item without a key expected");
    assertThat(put(lamp).outcome()).isEqualTo(Outcome.UNCHANGED);
    assertThat(put(lamp.keyed("")).outcome()).as("by id").isEqualTo(Outcome.UNCHANGED);
  }

  /**
   * Returns the title under which a bundle serves an id; empty if the bundle does not serve the id.
   */
  private static String title(BundleHolder holder, long id) {
    try (BundleLease lease = holder.acquire();
        ItemView view = lease.bundle().items().open()) {
      int row = view.row(id);
      boolean found = lease.bundle().index().holds(id);
      assertThat(found && row == Catalogue.UNKNOWN).as("found but not known").isFalse();
      return found ? view.title(row) : "";
    }
  }

  private static Set<Long> late(BundleHolder holder) {
    Set<Long> served = new HashSet<>();
    for (PutItem item : ContentBundles.late()) {
      if (!title(holder, item.id()).isEmpty()) {
        served.add(item.id());
      }
    }
    return served;
  }

  private static Set<Long> all() {
    Set<Long> ids = new HashSet<>();
    ContentBundles.late().forEach(item -> ids.add(item.id()));
    return ids;
  }

  private void assertVerdict(ItemVerdict verdict, Outcome outcome, String reason) {
    assertThat(verdict.outcome()).as(verdict.toString()).isEqualTo(outcome);
    assertThat(verdict.reason()).contains(reason);
    assertThat(verdict.reason().isEmpty()).isEqualTo(reason.isEmpty());
  }

  @Test
  void put_newItem_isServedWithTheVectorOfItsContent() {
    assertThat(changes.put(ContentBundles.late()))
        .hasSize(LIMIT)
        .allMatch(verdict -> verdict.outcome() == Outcome.ADDED);
    assertThat(late(serving)).isEqualTo(all());
    ContentBundles.publish(folder, "whole", ContentBundles.ALL, 1, folder.resolve("s2"));
    LoadedBundle whole = reader.load("whole");
    try (BundleLease lease = serving.acquire();
        ItemView view = lease.bundle().items().open()) {
      FloatBuffer rows = lease.bundle().model().rows();
      int dimension = lease.bundle().model().config().itemDim();
      for (PutItem item : ContentBundles.late()) {
        float[] expected = new float[dimension];
        float[] actual = new float[dimension];
        int known = whole.catalogue().row(item.id());
        whole.model().itemTable().get(known * dimension, expected);
        rows.get(view.row(item.id()) * dimension, actual);
        assertThat(actual).containsExactly(expected, within(1e-6f));
      }
    } finally {
      whole.close();
    }
  }

  @Test
  void put_again_replacesOrChangesNothing() {
    PutItem item = ContentBundles.item(EARLY);
    assertVerdict(put(item), Outcome.ADDED, "");
    long revision = store.index().revision(LATE_ID);
    assertVerdict(put(item), Outcome.UNCHANGED, "");
    assertThat(store.index().revision(LATE_ID)).isEqualTo(revision);
    assertVerdict(put(titled(item, "Another")), Outcome.REPLACED, "");
    assertThat(title(serving, LATE_ID)).isEqualTo("Another");
    assertThat(store.index().revision(LATE_ID)).isGreaterThan(revision);
    assertThat(changes.itemsStatus().stored()).isEqualTo(1);
    assertThat(changes.itemsStatus().served()).isEqualTo(1);
  }

  @Test
  void put_replaced_keepsTheOldItemForARequestThatReadsIt() {
    PutItem item = ContentBundles.item(EARLY);
    put(item);
    try (BundleLease lease = serving.acquire();
        ItemView view = lease.bundle().items().open()) {
      FloatBuffer rows = lease.bundle().model().rows();
      int dimension = lease.bundle().model().config().itemDim();
      int row = view.row(LATE_ID);
      float[] before = new float[dimension];
      rows.get(row * dimension, before);
      int others = config(LIMIT, 1).slots() - 1;
      for (int i = 0; i < others; i++) {
        put(withContent(titled(item, "Another " + i), 0.1f, 0.2f, 0.3f, 0.1f * i));
      }
      float[] after = new float[dimension];
      rows.get(row * dimension, after);
      assertThat(after).containsExactly(before);
      assertThat(view.title(row)).isEqualTo(item.title());
      // no slot is free: this reader's view still uses the slots of the replaced items
      assertVerdict(put(titled(item, "One more")), Outcome.REFUSED, "try again");
      assertThat(title(serving, LATE_ID)).isEqualTo("Another " + (others - 1));
    }
    assertVerdict(put(titled(item, "One more")), Outcome.REPLACED, "");
  }

  @Test
  void swap_rollBack_restart_andArm_serveWhatWasPut() {
    ContentBundles.publish(folder, "two", EARLY, 2, folder.resolve("s2"));
    changes.put(ContentBundles.late().subList(0, 4));
    serveInArm("two");
    assertThat(late(arm)).hasSize(4);
    serve("two");
    assertThat(late(serving)).hasSize(4);
    changes.put(ContentBundles.late().subList(4, LIMIT));
    changes.delete(new long[] {LATE_ID});
    put(titled(ContentBundles.item(EARLY + 1), "Another"));
    Set<Long> left = all();
    left.remove(LATE_ID);
    assertThat(late(serving)).isEqualTo(left);
    assertThat(late(arm)).isEqualTo(left);
    changes.serve(serving.previous().orElseThrow(), serving::rollBack);
    assertThat(late(serving)).isEqualTo(left);
    assertThat(title(serving, ContentBundles.item(EARLY + 1).id())).isEqualTo("Another");
    store.close();
    open(config(LIMIT, 1 << 20));
    serve("early");
    serveInArm("two");
    assertThat(late(serving)).isEqualTo(left);
    assertThat(late(arm)).isEqualTo(left);
    assertThat(title(arm, ContentBundles.item(EARLY + 1).id())).isEqualTo("Another");
  }

  @Test
  void put_knownItem_isKeptForBundlesThatDoNotKnowIt() {
    ContentBundles.publish(folder, "whole", ContentBundles.ALL, 1, folder.resolve("s2"));
    serve("whole");
    PutItem item = titled(ContentBundles.item(EARLY), "Put");
    assertVerdict(put(item), Outcome.KNOWN_BY_BUNDLE, "");
    assertVerdict(put(item), Outcome.KNOWN_BY_BUNDLE, "");
    assertThat(title(serving, LATE_ID)).isEqualTo("Item " + EARLY);
    assertThat(changes.itemsStatus().served()).isZero();
    serve("early");
    assertThat(title(serving, LATE_ID)).isEqualTo("Put");
    assertThat(changes.itemsStatus().served()).isEqualTo(1);
    serve("whole");
    assertThat(title(serving, LATE_ID)).isEqualTo("Item " + EARLY);
  }

  @Test
  void put_bundleWithOtherContent_keepsTheItemAndSaysWhy() {
    ContentBundles.publish(folder, "wide", EARLY, 6, 3, folder.resolve("s2"));
    ContentBundles.publish(folder, "plain", EARLY, 0, 3, folder.resolve("s3"));
    serve("wide");
    PutItem item = ContentBundles.item(EARLY);
    String reason = "content: 6 numbers expected by bundle wide, got 4";
    assertVerdict(put(item), Outcome.NOT_SERVED, reason);
    assertVerdict(put(item), Outcome.NOT_SERVED, reason);
    assertThat(title(serving, LATE_ID)).isEmpty();
    ItemStanding standing = changes.find(LATE_ID);
    assertThat(Objects.requireNonNull(standing.item()).title()).isEqualTo(item.title());
    assertThat(standing.places())
        .containsExactly(new ItemPlace(0, "wide", Service.NOT_SERVED, reason));
    serve("plain");
    assertThat(changes.find(LATE_ID).places().get(0).reason())
        .isEqualTo("a bundle whose items have content expected, got bundle plain");
    serve("early");
    assertThat(title(serving, LATE_ID)).isEqualTo(item.title());
    // An item with a wrong number of content values is stored, but no longer served.
    assertVerdict(put(withContent(item, 1, 2)), Outcome.NOT_SERVED, "4 numbers expected");
    assertThat(title(serving, LATE_ID)).isEmpty();
    assertThat(changes.itemsStatus().served()).isZero();
    assertThat(changes.itemsStatus().stored()).isEqualTo(1);
  }

  @Test
  void put_bundleThatReadsAttributesAlone_servesItemsOfWhichItKnowsOne() {
    ContentBundles.publishDescribed(folder, "tags", EARLY, 0, 3, folder.resolve("s4"));
    serve("tags");
    PutItem known = ContentBundles.described(EARLY, 0);
    assertVerdict(put(known), Outcome.ADDED, "");
    assertVerdict(put(known), Outcome.UNCHANGED, "");
    assertVerdict(put(known.described(List.of("tag 1"))), Outcome.REPLACED, "");
    PutItem bare = new PutItem(LATE_ID + 1, "Bare", "", "", 0, new float[0], 0);
    assertVerdict(
        put(bare),
        Outcome.NOT_SERVED,
        "attributes: one that bundle tags has learned expected, got none");
    assertVerdict(put(bare.described(List.of("tag 2"))), Outcome.REPLACED, "");
    assertVerdict(
        put(ContentBundles.item(EARLY + 2)),
        Outcome.NOT_SERVED,
        "content: 0 numbers expected by bundle tags, got 4");
    // A bundle that reads only content serves only items with content. The store still keeps the
    // attributes of items.
    serve("early");
    assertThat(changes.find(LATE_ID).places().get(0).reason())
        .isEqualTo("content: 4 numbers expected by bundle early, got 0");
    PutItem both = ContentBundles.described(EARLY + 3, ContentBundles.CONTENT);
    assertVerdict(put(both), Outcome.ADDED, "");
    assertThat(Objects.requireNonNull(changes.find(both.id()).item()).attributes())
        .isEqualTo(both.attributes());
  }

  @Test
  void put_wrongItems_areRefusedOneByOne() {
    PutItem good = ContentBundles.item(EARLY);
    List<PutItem> items =
        List.of(
            new PutItem(-1, "", "", "", 0, good.content(), 0),
            titled(ContentBundles.item(EARLY + 1), "x".repeat(1025)),
            withContent(ContentBundles.item(EARLY + 2), 1, Float.NaN, 0, 0),
            withContent(ContentBundles.item(EARLY + 3), 1, 0, Float.NEGATIVE_INFINITY, 0),
            withContent(ContentBundles.item(EARLY + 4), 1e3f, 0, 0, 0),
            new PutItem(77, "", "", "", 1_700_000_000L, good.content(), 0),
            expiring(ContentBundles.item(EARLY + 5), now),
            new PutItem(78, "", "", "", 0, new float[16_385], 0),
            ContentBundles.item(EARLY + 6).described(Collections.nCopies(257, "a")),
            ContentBundles.item(EARLY + 7).described(List.of("a", " ")),
            good);
    List<ItemVerdict> verdicts = changes.put(items);
    String[] reasons = {
      "id: at least 0 expected, got -1",
      "title: at most 1024 characters expected, got 1025",
      "content[1]: a finite number expected, got NaN",
      "content[2]: a finite number expected, got -Infinity",
      "content: a vector of length ",
      "created_ms: milliseconds between 1970 and 2100 expected, got 1700000000",
      "expires_ms: a time after " + now + " expected, got " + now,
      "content: at most 16384 numbers expected, got 16385",
      "attributes: at most 256 expected, got 257",
      "attributes[1]: an attribute that is not blank expected",
    };
    for (int i = 0; i < reasons.length; i++) {
      assertThat(verdicts.get(i).id()).isEqualTo(items.get(i).id());
      assertVerdict(verdicts.get(i), Outcome.REFUSED, reasons[i]);
    }
    assertVerdict(verdicts.get(reasons.length), Outcome.ADDED, "");
    assertThat(late(serving)).containsExactly(LATE_ID);
    assertThat(changes.itemsStatus().stored()).isEqualTo(1);
  }

  @Test
  void put_sameIdTwiceInACall_isRefusedAsAWhole() {
    PutItem item = ContentBundles.item(EARLY);
    assertThatThrownBy(() -> changes.put(List.of(item, titled(item, "other"))))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.INVALID))
        .hasMessage("items: every item once expected, got " + LATE_ID + " again");
    assertThat(late(serving)).isEmpty();
    assertThatThrownBy(() -> changes.delete(new long[] {1, 1}))
        .isInstanceOf(ServingException.class);
  }

  @Test
  void put_beyondTheLimit_refusesTheRestAndStillReplaces() {
    List<PutItem> items = new ArrayList<>(ContentBundles.late());
    items.add(withContent(new PutItem(99, "", "", "", 0, new float[0], 0), 1, 0, 0, 0));
    List<ItemVerdict> verdicts = changes.put(items);
    assertThat(verdicts.subList(0, LIMIT)).allMatch(v -> v.outcome() == Outcome.ADDED);
    String full =
        "at most 8 items that the bundle does not know expected (items.limit), got one more";
    assertVerdict(verdicts.get(LIMIT), Outcome.REFUSED, full);
    assertVerdict(put(titled(items.get(0), "Another")), Outcome.REPLACED, "");
    changes.delete(new long[] {LATE_ID});
    assertVerdict(put(items.get(LIMIT)), Outcome.ADDED, "");
  }

  @Test
  void put_itemsThatTheBundleKnows_takeNoRoom() {
    changes.put(ContentBundles.late());
    ContentBundles.publish(folder, "whole", ContentBundles.ALL, 1, folder.resolve("s2"));
    serve("whole");
    PutItem more = withContent(new PutItem(99, "More", "", "", 0, new float[0], 0), 1, 0, 0, 0);
    assertVerdict(put(more), Outcome.ADDED, "");
    changes.serve(serving.previous().orElseThrow(), serving::rollBack);
    assertThat(late(serving)).isEqualTo(all());
    assertThat(title(serving, 99)).as("one item too many").isEmpty();
    assertThat(changes.find(99).places().get(0).reason())
        .isEqualTo("room for the item expected, got none");
    changes.delete(new long[] {LATE_ID});
    changes.tidy();
    assertThat(title(serving, 99)).isEqualTo("More");
  }

  @Test
  void put_beyondTheBytes_changesNothing() {
    PutItem item = ContentBundles.item(EARLY);
    put(item);
    long bytes = store.index().size().bytes();
    changes = new ItemChanges(serving, List.of(arm), store, config(LIMIT, bytes + 10), () -> now);
    assertVerdict(put(titled(item, "x".repeat(200))), Outcome.REFUSED, "(items.maxBytes), got ");
    assertVerdict(put(ContentBundles.item(EARLY + 1)), Outcome.REFUSED, "(items.maxBytes)");
    assertThat(title(serving, LATE_ID)).isEqualTo(item.title());
    assertThat(late(serving)).containsExactly(LATE_ID);
    assertThat(store.index().size().bytes()).isEqualTo(bytes);
    assertVerdict(put(titled(item, "x")), Outcome.REPLACED, "");
  }

  @Test
  void put_storeFails_changesNothing() {
    PutItem item = ContentBundles.item(EARLY);
    put(item);
    store.close();
    assertThatThrownBy(() -> put(titled(item, "Another"))).isInstanceOf(ServingException.class);
    assertThatThrownBy(() -> put(ContentBundles.item(EARLY + 1)))
        .isInstanceOf(ServingException.class);
    assertThatThrownBy(() -> changes.delete(new long[] {LATE_ID}))
        .isInstanceOf(ServingException.class);
    assertThat(title(serving, LATE_ID)).isEqualTo(item.title());
    assertThat(late(serving)).containsExactly(LATE_ID);
  }

  @Test
  void put_noItemsAllowed_saysSo() {
    changes = new ItemChanges(serving, List.of(), store, config(0, 1 << 20), () -> now);
    assertThatThrownBy(() -> put(ContentBundles.item(EARLY)))
        .hasMessage("items: a server with items.limit above 0 expected, got 0");
    assertVerdict(changes.delete(new long[] {LATE_ID}).get(0), Outcome.ABSENT, "");
  }

  @Test
  void delete_isForGoodUntilThePut() {
    long own = ContentBundles.FIRST_ID;
    changes.put(ContentBundles.late());
    List<ItemVerdict> verdicts = changes.delete(new long[] {LATE_ID, own, 123_456});
    assertThat(verdicts)
        .extracting(ItemVerdict::outcome)
        .containsExactly(Outcome.DELETED, Outcome.DELETED, Outcome.ABSENT);
    assertThat(changes.delete(new long[] {LATE_ID, own, 123_456}))
        .allMatch(verdict -> verdict.outcome() == Outcome.ABSENT);
    assertThat(title(serving, LATE_ID)).isEmpty();
    assertThat(title(serving, own)).isEmpty();
    assertThat(changes.find(own).places().get(0).reason()).contains("got a deleted one");
    store.close();
    open(config(LIMIT, 1 << 20));
    ContentBundles.publish(folder, "whole", ContentBundles.ALL, 1, folder.resolve("s2"));
    serve("whole");
    assertThat(title(serving, LATE_ID)).as("a bundle that was trained on it").isEmpty();
    assertThat(title(serving, own)).isEmpty();
    assertVerdict(put(ContentBundles.item(EARLY)), Outcome.KNOWN_BY_BUNDLE, "");
    assertThat(title(serving, LATE_ID)).isEqualTo("Item " + EARLY);
    assertVerdict(put(ContentBundles.item(0)), Outcome.KNOWN_BY_BUNDLE, "");
    assertThat(title(serving, own)).isEqualTo("Item 0");
    assertThat(changes.find(own).places())
        .containsExactly(new ItemPlace(0, "whole", Service.OWN_ITEM, ""));
  }

  @Test
  void change_deletedIds_surviveTheRestart() {
    long own = ContentBundles.FIRST_ID;
    put(ContentBundles.item(EARLY));
    changes.change(List.of(), new long[] {own, own + 1, LATE_ID});
    changes.change(List.of(new ItemWriter.Upsert(own + 1, List.of())), new long[0]);
    store.close();
    open(config(LIMIT, 1 << 20));
    serve("early");
    assertThat(title(serving, own)).isEmpty();
    assertThat(title(serving, own + 1)).isEqualTo("Item 1");
    assertThat(title(serving, LATE_ID)).isEmpty();
    assertThat(store.index().holds(LATE_ID)).isFalse();
  }

  @Test
  void expired_isGoneFromEveryBundle() {
    ContentBundles.publish(folder, "whole", ContentBundles.ALL, 1, folder.resolve("s2"));
    serveInArm("whole");
    PutItem item = ContentBundles.item(EARLY);
    assertVerdict(put(expiring(item, now + 1000)), Outcome.ADDED, "");
    for (BundleHolder holder : List.of(serving, arm)) {
      try (BundleLease lease = holder.acquire();
          ItemView view = lease.bundle().items().open()) {
        assertThat(view.isExpired(view.row(LATE_ID), now + 999)).isFalse();
        assertThat(view.isExpired(view.row(LATE_ID), now + 1000)).isTrue();
      }
    }
    changes.tidy();
    assertThat(title(serving, LATE_ID)).isEqualTo(item.title());
    now += 1000;
    changes.tidy();
    assertThat(title(serving, LATE_ID)).isEmpty();
    assertThat(title(arm, LATE_ID)).as("the bundle's own item of this id").isEmpty();
    assertThat(store.index().holds(LATE_ID)).isFalse();
    changes.tidy();
  }

  @Test
  void slots_heldByReadersOfAnotherBundle_areFilledLater() {
    ContentBundles.publish(folder, "two", EARLY, 2, folder.resolve("s2"));
    serveInArm("two");
    PutItem item = ContentBundles.item(EARLY);
    put(item);
    try (BundleLease lease = arm.acquire()) {
      ItemView slow = lease.bundle().items().open();
      for (int i = 0; i < 2 * LIMIT; i++) {
        assertVerdict(put(titled(item, "Another " + i)), Outcome.REPLACED, "");
      }
      assertThat(title(serving, LATE_ID)).isEqualTo("Another " + (2 * LIMIT - 1));
      assertThat(title(arm, LATE_ID)).isNotEqualTo("Another " + (2 * LIMIT - 1));
      slow.close();
    }
    changes.tidy();
    assertThat(title(arm, LATE_ID)).isEqualTo("Another " + (2 * LIMIT - 1));
  }

  @Test
  void put_moreThanTheRate_isRefusedBeforeAnything() {
    changes =
        new ItemChanges(
            serving,
            List.of(),
            store,
            new ItemsConfig(folder, LIMIT, new ByteSize(1 << 20), 0.1),
            () -> now);
    put(ContentBundles.item(EARLY));
    assertThatThrownBy(() -> put(ContentBundles.item(EARLY + 1)))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.OVERLOADED));
    assertThat(late(serving)).containsExactly(LATE_ID);
  }

  @Test
  void config_slots_areMoreThanItems() {
    assertThat(config(0, 1).slots()).isZero();
    assertThat(config(8, 1).slots()).isEqualTo(16);
    assertThat(config(4000, 1).slots()).isEqualTo(5000);
    assertThat(config(100_000, 1).slots()).isEqualTo(112_500);
    assertThat(config(8, 1).folder(Path.of("/a/history"))).isEqualTo(folder);
    ItemsConfig beside = new ItemsConfig(Path.of(""), 8, new ByteSize(1), 1);
    assertThat(beside.folder(Path.of("/a/history"))).isEqualTo(Path.of("/a/history-items"));
  }
}
