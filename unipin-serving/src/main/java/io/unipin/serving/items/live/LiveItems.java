package io.unipin.serving.items.live;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.feedlog.Catalogue;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The items of one loaded bundle: those of its catalogue, and live items in the slots of its model.
 *
 * <p>Readers open an {@link ItemView}. It shows the items of one moment, whatever is put or removed
 * meanwhile. Readers take no lock and wait for nothing.
 *
 * <p>Thread-safe. Changes happen one after the other.
 */
public final class LiveItems {
  /*
   * Every change has a number, the version. An entry is visible from the version of its birth to
   * that of its death. A reader takes the current version along, and sees the entries that lived
   * then.
   *
   * A replaced item gets a new slot, so that no reader ever sees a slot change its item. Its old
   * entry stays reachable from the new one until no reader needs it. A removed item's entry stays
   * for as long.
   */
  private final Catalogue catalogue;
  private final int firstRow;
  private final AtomicReferenceArray<@Nullable Entry> slots;
  private final ConcurrentMap<Long, Entry> newest = new ConcurrentHashMap<>();

  /** Times of expiry of the catalogue's items, by id. Few or none have one. */
  private final ConcurrentMap<Long, Long> expiries = new ConcurrentHashMap<>();

  private final ReadEpochs readers = new ReadEpochs();

  @GuardedBy("this")
  private final SlotPool pool;

  private volatile State state = new State(0, 0, 0);

  /**
   * The state after a change.
   *
   * @param size number of live items
   * @param slots bound of the slots in use
   */
  record State(long version, int size, int slots) {}

  /** A live item in its slot. */
  static final class Entry {
    private static final long NEVER = Long.MAX_VALUE;

    final LiveItem item;
    final int slot;
    private final long born;
    private volatile long died = NEVER;

    /** The entry that this one replaced, while readers may need it. */
    private volatile @Nullable Entry older;

    Entry(LiveItem item, int slot, long born, @Nullable Entry older) {
      this.item = item;
      this.slot = slot;
      this.born = born;
      this.older = older;
    }

    boolean lives(long version) {
      return born <= version && version < died;
    }
  }

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

  /** Returns the entry that had this id at the given version. */
  @Nullable Entry find(long id, long version) {
    Entry entry = newest.get(id);
    while (entry != null && entry.born > version) {
      entry = entry.older;
    }
    return entry != null && entry.lives(version) ? entry : null;
  }

  @Nullable Entry at(int slot) {
    return slots.get(slot);
  }

  /** Returns the number of live items. */
  public int size() {
    return state.size();
  }

  /** Returns the revision of a live item, or -1 if there is none with this id. */
  public long revision(long id) {
    Entry entry = find(id, state.version());
    return entry == null ? -1 : entry.item.revision();
  }

  /** Returns the id of the item of the catalogue that has a key. */
  public OptionalLong ownId(String key) {
    int row = catalogue.row(key);
    return row == Catalogue.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(catalogue.id(row));
  }

  /**
   * Returns the key of an item of the catalogue or of a live item; empty when it has none. An item
   * that was just removed may still have its key, because answers may name it.
   */
  public String key(long id) {
    int row = catalogue.row(id);
    if (row != Catalogue.UNKNOWN) {
      return catalogue.key(row);
    }
    Entry entry = newest.get(id);
    return entry == null ? "" : entry.item.key();
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

  /** Takes slots for items that are about to be added. No reader sees them yet. */
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

  /** Returns slots that were taken and not used. */
  public synchronized void giveBack(int[] taken) {
    for (int slot : taken) {
      pool.giveBack(slot);
    }
  }

  /**
   * Adds items, or replaces those of equal ids. Every view that is opened after the return shows
   * them.
   *
   * @param items distinct ids, none of the catalogue
   * @param taken slots of {@link #reserve}, whose vectors are in the model's table
   */
  public synchronized void add(List<LiveItem> items, int[] taken) {
    long next = state.version() + 1;
    int size = state.size();
    for (int i = 0; i < taken.length; i++) {
      LiveItem item = items.get(i);
      Entry old = newest.get(item.id());
      Entry entry = new Entry(item, taken[i], next, old);
      slots.set(taken[i], entry);
      newest.put(item.id(), entry);
      size += die(old, next) ? 0 : 1;
    }
    publish(next, size);
    release(items.stream().mapToLong(LiveItem::id).toArray(), next);
  }

  /**
   * Removes items, and ignores ids that are not live. No view that is opened later shows them.
   *
   * @param ids distinct
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

  /** Ends an entry with the given version. Returns whether it lived. */
  private static boolean die(@Nullable Entry entry, long version) {
    if (entry == null || entry.died != Entry.NEVER) {
      return false;
    }
    entry.died = version;
    return true;
  }

  @GuardedBy("this")
  private void publish(long version, int size) {
    state = new State(version, size, pool.used());
  }

  /** Releases the slots of entries that the given version ended, now that it is published. */
  @GuardedBy("this")
  private void release(long[] ids, long version) {
    for (long id : ids) {
      for (Entry entry = newest.get(id); entry != null; entry = entry.older) {
        if (entry.died == version) {
          pool.release(entry.slot);
        }
      }
    }
  }

  /** Forgets the entry of a slot, which no reader needs any more. */
  private void forget(int slot) {
    Entry gone = slots.get(slot);
    slots.set(slot, null);
    if (gone == null || newest.remove(gone.item.id(), gone)) {
      return;
    }
    for (Entry entry = newest.get(gone.item.id()); entry != null; entry = entry.older) {
      if (entry.older == gone) {
        entry.older = null; // older entries still were freed before and are forgotten
      }
    }
  }

  /** Sets the time from which an item of the catalogue is on no page; 0 for never. */
  public void expire(long id, long expiresMs) {
    if (expiresMs == 0) {
      expiries.remove(id);
    } else {
      expiries.put(id, expiresMs);
    }
  }

  /** Returns the time of expiry of an item of the catalogue; 0 for never. */
  long expiresMs(long id) {
    return expiries.isEmpty() ? 0 : expiries.getOrDefault(id, 0L);
  }
}
