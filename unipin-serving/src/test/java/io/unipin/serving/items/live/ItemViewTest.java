package io.unipin.serving.items.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.features.ItemIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ItemViewTest {
  private static final int OWN = 3;
  private static final int FIRST_ROW = OWN + 1;

  private static final Catalogue CATALOGUE =
      Catalogue.of(
          List.of(
              new CatalogueItem(10, "ten", "even", 1000, new float[0]),
              new CatalogueItem(11, "eleven", "odd", FeedLog.NO_TIME, new float[0]),
              new CatalogueItem(12, "twelve", "even", 3000, new float[0], "someone")));

  private static LiveItem item(long id, long revision) {
    String category = id % 2 == 0 ? "even" : "odd";
    return new LiveItem(id, revision, id + "/" + revision, category, "author", id * 100, 0);
  }

  private static int put(LiveItems items, LiveItem item) {
    int[] slot = items.reserve(1);
    items.add(List.of(item), slot);
    return slot[0];
  }

  @Test
  void view_hasOwnAndLiveItems() {
    LiveItems items = new LiveItems(CATALOGUE, 4);
    int slot = put(items, item(20, 7));
    try (ItemView view = items.open()) {
      assertThat(view.size()).isEqualTo(4);
      int row = view.row(20);
      assertThat(row).isEqualTo(FIRST_ROW + slot);
      assertThat(view.isLive(row)).isTrue();
      assertThat(view.id(row)).isEqualTo(20);
      assertThat(view.title(row)).isEqualTo("20/7");
      assertThat(view.category(row)).isEqualTo("even");
      assertThat(view.author(row)).isEqualTo("author");
      assertThat(view.createdMs(row)).isEqualTo(2000);
      assertThat(view.identity(row)).isEqualTo(ItemIdentity.of(20, 7));
      assertThat(view.row(12)).isEqualTo(2);
      assertThat(view.title(2)).isEqualTo("twelve");
      assertThat(view.author(2)).isEqualTo("someone");
      assertThat(view.identity(2)).isEqualTo(ItemIdentity.NONE);
      assertThat(view.row(99)).isEqualTo(Catalogue.UNKNOWN);
      assertThat(view.isExpired(row, Long.MAX_VALUE)).isFalse();
    }
  }

  @Test
  void view_changesAfterItWasOpened_areNotSeen() {
    LiveItems items = new LiveItems(CATALOGUE, 8);
    put(items, item(20, 1));
    put(items, item(21, 2));
    try (ItemView before = items.open()) {
      int replaced = before.row(20);
      int removed = before.row(21);
      put(items, item(20, 3));
      items.remove(21);
      put(items, item(22, 4));
      put(items, item(21, 5));
      assertThat(before.row(20)).isEqualTo(replaced);
      assertThat(before.title(replaced)).isEqualTo("20/1");
      assertThat(before.row(21)).isEqualTo(removed);
      assertThat(before.title(removed)).isEqualTo("21/2");
      assertThat(before.row(22)).isEqualTo(Catalogue.UNKNOWN);
      assertThat(before.size()).isEqualTo(OWN + 2);
      assertThat(before.liveRows()).containsExactlyInAnyOrder(replaced, removed);
      try (ItemView after = items.open()) {
        assertThat(after.size()).isEqualTo(OWN + 3);
        assertThat(after.title(after.row(20))).isEqualTo("20/3");
        assertThat(after.title(after.row(21))).isEqualTo("21/5");
        assertThat(after.liveRows().mapToLong(after::id).toArray())
            .containsExactlyInAnyOrder(20, 21, 22);
        assertThatThrownBy(() -> after.title(replaced))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void slot_ofARemovedItem_isReusedOnlyAfterItsReadersClosed() {
    LiveItems items = new LiveItems(CATALOGUE, 1);
    int slot = put(items, item(20, 1));
    ItemView reader = items.open();
    items.remove(20);
    assertThat(items.size()).isZero();
    assertThat(items.available()).as("a reader knows the slot").isZero();
    assertThatThrownBy(() -> items.reserve(1)).isInstanceOf(IllegalStateException.class);
    ItemView later = items.open();
    assertThat(reader.title(FIRST_ROW + slot)).isEqualTo("20/1");
    reader.close();
    reader.close(); // a second close must have no effect
    assertThat(items.available()).as("the later reader never saw the item").isEqualTo(1);
    assertThat(later.row(20)).isEqualTo(Catalogue.UNKNOWN);
    assertThat(put(items, item(30, 2))).isEqualTo(slot);
    assertThat(later.row(30)).isEqualTo(Catalogue.UNKNOWN);
    later.close();
  }

  @Test
  void slot_ofAReplacedItem_waitsForEachReaderThatKnowsIt() {
    LiveItems items = new LiveItems(CATALOGUE, 2);
    put(items, item(20, 1));
    List<ItemView> readers = new ArrayList<>();
    readers.add(items.open());
    readers.add(items.open());
    put(items, item(20, 2));
    readers.add(items.open());
    assertThat(items.available()).isZero();
    readers.get(1).close();
    assertThat(items.available()).as("the first reader is open").isZero();
    readers.get(0).close();
    assertThat(readers.get(2).title(readers.get(2).row(20))).isEqualTo("20/2");
    readers.get(2).close();
    assertThat(items.available()).isEqualTo(1);
    put(items, item(20, 3));
    assertThat(items.available()).as("no reader is open").isEqualTo(1);
  }

  @Test
  void giveBack_slotsNobodySaw_areFreeAtOnce() {
    LiveItems items = new LiveItems(CATALOGUE, 2);
    try (ItemView reader = items.open()) {
      items.giveBack(items.reserve(2));
      assertThat(items.available()).isEqualTo(2);
      assertThat(reader.liveRows()).isEmpty();
    }
  }

  @Test
  void liveIds_passCategoryAndAge() {
    LiveItems items = new LiveItems(CATALOGUE, 8);
    for (int id = 20; id < 24; id++) {
      put(items, item(id, id));
    }
    put(items, new LiveItem(25, 1, "", "odd", "", FeedLog.NO_TIME, 0));
    try (ItemView view = items.open()) {
      assertThat(view.liveIds(Set.of(), FeedLog.NO_TIME))
          .containsExactlyInAnyOrder(20, 21, 22, 23, 25);
      assertThat(view.liveIds(Set.of("odd"), FeedLog.NO_TIME))
          .containsExactlyInAnyOrder(21, 23, 25);
      assertThat(view.liveIds(Set.of(), 2200)).containsExactlyInAnyOrder(22, 23);
      assertThat(view.liveIds(Set.of("even", "none"), 2100)).containsExactly(22);
      assertThat(view.liveIdsBetween(2100, 2300)).containsExactlyInAnyOrder(21, 22);
    }
  }

  @Test
  void expiry_ofOwnAndLiveItems_isKnown() {
    LiveItems items = new LiveItems(CATALOGUE, 2);
    put(items, new LiveItem(20, 1, "", "", "", 0, 5000));
    items.expire(11, 7000);
    try (ItemView view = items.open()) {
      assertThat(view.isExpired(view.row(20), 4999)).isFalse();
      assertThat(view.isExpired(view.row(20), 5000)).isTrue();
      assertThat(view.isExpired(view.row(11), 6999)).isFalse();
      assertThat(view.isExpired(view.row(11), 7000)).isTrue();
      assertThat(view.expiresMs(view.row(12))).isZero();
      items.expire(11, 0);
      assertThat(view.expiresMs(view.row(11))).isZero();
    }
  }

  /**
   * Tests that slots protect readers of the model's table. An array with one number per slot stands
   * for this table, and a writer changes it without waiting for readers. If a reader found the
   * number of another item, a request could score the wrong item.
   */
  @Test
  void readersAndWriters_onFewSlots_neverMeetAnotherItem() throws Exception {
    int slots = 12;
    LiveItems items = new LiveItems(CATALOGUE, slots);
    AtomicLongArray table = new AtomicLongArray(slots);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> readers = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        readers.add(pool.submit(() -> read(items, table, done)));
      }
      Random random = new Random(5);
      for (long revision = 1; revision < 20_000; ) {
        long id = 20L + random.nextInt(6);
        if (random.nextInt(4) == 0) {
          items.remove(id);
        } else if (items.available() > 0) {
          int[] slot = items.reserve(1);
          table.set(slot[0], 1000 * revision + id);
          items.add(List.of(item(id, revision)), slot);
          revision++;
        }
      }
      done.set(true);
      for (Future<?> reader : readers) {
        reader.get();
      }
    } finally {
      done.set(true);
      pool.shutdownNow();
    }
    assertThat(items.available()).isEqualTo(slots - items.size());
  }

  private static void read(LiveItems items, AtomicLongArray table, AtomicBoolean done) {
    while (!done.get()) {
      try (ItemView view = items.open()) {
        for (long id = 20; id < 26; id++) {
          int row = view.row(id);
          if (row != Catalogue.UNKNOWN) {
            String title = view.title(row);
            long number = table.get(row - FIRST_ROW);
            assertThat(title).isEqualTo(number % 1000 + "/" + number / 1000);
            assertThat(view.row(id)).isEqualTo(row);
          }
        }
      }
    }
  }
}
