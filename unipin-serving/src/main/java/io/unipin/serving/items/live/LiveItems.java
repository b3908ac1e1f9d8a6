package io.unipin.serving.items.live;

import com.github.benmanes.caffeine.cache.Interner;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.feedlog.Catalogue;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The items of one loaded bundle: the items of its catalogue, and live items in the slots of its
 * model.
 *
 * <p>Readers open an {@link ItemView}. It shows the items at the time when it was opened, even if
 * items are put or removed later. Readers take no lock and never wait.
 *
 * <p>Thread-safe. Changes happen one after the other.
 */
public final class LiveItems {
  /*
   * Every change has a number, which is called the version. An entry is visible from the version of
   * its birth until the version of its death. A reader notes the current version when it opens, and
   * sees the entries that lived at this version.
   *
   * A replaced item gets a new slot, so that no reader ever sees a slot change its item. The item's
   * old entry stays reachable from the new entry until no reader needs the old entry. The entry of
   * a removed item also stays until no reader needs it.
   */
  private final Catalogue catalogue;
  private final int firstRow;
  private final AtomicReferenceArray<@Nullable LiveEntry> slots;
  private final EntryTable newest = new EntryTable();

  /**
   * Holds one shared text for each category of live items. A text is dropped when no item has the
   * category any more.
   */
  private final Interner<String> categories = Interner.newWeakInterner();

  /** Times of expiry of the catalogue's items, by id. Only a few items have such a time. */
  private final ConcurrentMap<Long, Long> expiries = new ConcurrentHashMap<>();

  private final ReadEpochs readers = new ReadEpochs();

  @GuardedBy("this")
  private final SlotPool pool;

  private volatile State state = new State(0, 0, 0);

  /**
   * The state of the live items after a change.
   *
   * @param size number of live items
   * @param slots number of slots from the first to the last that was ever used
   */
  record State(long version, int size, int slots) {}

  /**
   * Creates the items of a bundle.
   *
   * @param limit number of slots; slot s is row {@code catalogue.size() + 1 + s}
   */
  public LiveItems(Catalogue catalogue, int limit) {
    this.catalogue = catalogue;
    this.firstRow = catalogue.size() + 1;
    this.slots = new AtomicReferenceArray<>(limit);
    this.pool = new SlotPool(limit, readers, this::forget);
  }

  /** Returns a view of the items as they are now. The caller closes it. */
  public ItemView open() {
    long epoch = readers.enter();
    return new ItemView(this, state, epoch);
  }

  void close(long epoch) {
    readers.leave(epoch);
  }

  Catalogue catalogue() {
    return catalogue;
  }

  int firstRow() {
    return firstRow;
  }

  /**
   * Returns the entry of the live item that had this id at the given version; null if there was
   * none.
   */
  @Nullable LiveEntry find(long id, long version) {
    LiveEntry entry = newest.get(id);
    while (entry != null && entry.born > version) {
      entry = entry.older;
    }
    return entry != null && entry.lives(version) ? entry : null;
  }

  @Nullable LiveEntry at(int slot) {
    return slots.get(slot);
  }

  /** Returns the number of live items. */
  public int size() {
    return state.size();
  }

  /** Returns the revision of the live item with this id, or -1 if there is none. */
  public long revision(long id) {
    LiveEntry entry = find(id, state.version());
    return entry == null ? -1 : entry.revision;
  }

  /** Returns the id of the catalogue's item with this key; empty if there is none. */
  public OptionalLong ownId(String key) {
    int row = catalogue.row(key);
    return row == Catalogue.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(catalogue.id(row));
  }

  /**
   * Returns the keys of the catalogue's first {@code most} items. Items without a key are left out.
   */
  public Stream<String> ownKeys(int most) {
    return IntStream.range(0, Math.min(most, catalogue.size()))
        .mapToObj(catalogue::key)
        .filter(key -> !key.isEmpty());
  }

  /**
   * Returns the key of an item of the catalogue or of a live item; empty when the item has none.
   * The key of an item that was just removed may still be returned, because an answer may still
   * name the item.
   */
  public String key(long id) {
    int row = catalogue.row(id);
    if (row != Catalogue.UNKNOWN) {
      return catalogue.key(row);
    }
    LiveEntry entry = newest.get(id);
    return entry == null ? "" : entry.key();
  }

  /** Returns the ids of all live items. */
  public long[] ids() {
    try (ItemView now = open()) {
      return now.liveRows().mapToLong(now::id).toArray();
    }
  }

  /** Returns the number of slots that are free now. */
  public synchronized int available() {
    return pool.available();
  }

  /** Takes slots for items that are about to be added. No reader sees these slots yet. */
  public synchronized int[] reserve(int count) {
    if (pool.available() < count) {
      throw new IllegalStateException(
          "%s free slots expected, got %s".formatted(count, pool.available()));
    }
    int[] taken = new int[count];
    for (int i = 0; i < count; i++) {
      taken[i] = pool.take();
    }
    return taken;
  }

  /** Frees slots that were taken and not used. */
  public synchronized void giveBack(int[] taken) {
    for (int slot : taken) {
      pool.giveBack(slot);
    }
  }

  /**
   * Adds items, or replaces live items with the same ids. Every view that is opened after this
   * method returns shows the given items.
   *
   * @param items items with distinct ids, none of which the catalogue has
   * @param taken slots from {@link #reserve}, one per item; the vectors of the items are already in
   *     these slots of the model's table
   */
  public synchronized void add(List<LiveItem> items, int[] taken) {
    long next = state.version() + 1;
    int size = state.size();
    for (int i = 0; i < taken.length; i++) {
      LiveItem item = items.get(i);
      LiveEntry old = newest.get(item.id());
      LiveEntry entry =
          new LiveEntry(item, categories.intern(item.category()), taken[i], next, old);
      slots.set(taken[i], entry);
      newest.put(entry);
      size += die(old, next) ? 0 : 1;
    }
    publish(next, size);
    release(items.stream().mapToLong(LiveItem::id).toArray(), next);
  }

  /**
   * Removes live items, and ignores ids without a live item. No view that is opened after this
   * method returns shows the removed items.
   *
   * @param ids distinct ids
   */
  public synchronized void remove(long... ids) {
    long next = state.version() + 1;
    int size = state.size();
    for (long id : ids) {
      expiries.remove(id);
      size -= die(newest.get(id), next) ? 1 : 0;
    }
    publish(next, size);
    release(ids, next);
  }

  /** Sets the version of an entry's death. Returns false if the entry is null or already dead. */
  private static boolean die(@Nullable LiveEntry entry, long version) {
    if (entry == null || entry.died != LiveEntry.NEVER) {
      return false;
    }
    entry.died = version;
    return true;
  }

  @GuardedBy("this")
  private void publish(long version, int size) {
    state = new State(version, size, pool.used());
  }

  /**
   * Releases the slots of entries that died at the given version. The version must be published
   * already.
   */
  @GuardedBy("this")
  private void release(long[] ids, long version) {
    for (long id : ids) {
      for (LiveEntry entry = newest.get(id); entry != null; entry = entry.older) {
        if (entry.died == version) {
          pool.release(entry.slot);
        }
      }
    }
  }

  /** Removes the entry of a slot. No reader may need this entry any more. */
  private void forget(int slot) {
    LiveEntry gone = slots.get(slot);
    slots.set(slot, null);
    if (gone == null || newest.remove(gone)) {
      return;
    }
    for (LiveEntry entry = newest.get(gone.id); entry != null; entry = entry.older) {
      if (entry.older == gone) {
        entry.older = null; // even older entries were forgotten earlier
      }
    }
  }

  /**
   * Sets the time from which no page shows an item of the catalogue; 0 if the item never expires.
   */
  public void expire(long id, long expiresMs) {
    if (expiresMs == 0) {
      expiries.remove(id);
    } else {
      expiries.put(id, expiresMs);
    }
  }

  /** Returns the time at which an item of the catalogue expires; 0 if it never expires. */
  long expiresMs(long id) {
    return expiries.isEmpty() ? 0 : expiries.getOrDefault(id, 0L);
  }
}
