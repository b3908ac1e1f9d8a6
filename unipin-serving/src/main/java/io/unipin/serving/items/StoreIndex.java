package io.unipin.serving.items;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An index, in memory, of what an {@link ItemStore} holds. It lacks the texts and contents of the
 * items.
 *
 * <p>Not thread-safe, except for {@link #size}.
 */
final class StoreIndex {
  /**
   * Bytes that are counted for an id itself, on the disk and in memory, in addition to those of its
   * item.
   */
  private static final int ID_BYTES = 64;

  private final Map<Long, Kept> kept = new HashMap<>();
  private final Set<Long> deleted = new HashSet<>();

  /** The ids of items that expire, by the time at which they expire. */
  private final TreeMap<Long, Set<Long>> expiries = new TreeMap<>();

  private long lastRevision;
  private long bytes;
  private volatile Size size = new Size(0, 0, 0);

  /** A stored item without its texts and content. */
  private record Kept(long revision, long bytes, long expiresMs) {}

  /**
   * The size of a store.
   *
   * @param items number of stored items
   * @param deleted number of ids that are kept as deleted
   * @param bytes bytes of all items and ids
   */
  record Size(int items, int deleted, long bytes) {}

  /**
   * Returns the bytes that are counted for an item and its id, if the item's record has this
   * length.
   */
  static long cost(int recordBytes) {
    return ID_BYTES + (long) recordBytes;
  }

  /**
   * Returns the bytes that are counted now for an id and its item; 0 if the id is neither stored
   * nor deleted.
   */
  long cost(long id) {
    Kept present = kept.get(id);
    return (present == null ? 0 : present.bytes()) + (isDeleted(id) ? ID_BYTES : 0);
  }

  Size size() {
    return size;
  }

  /** Publishes the size after a change, so that {@link #size} returns the new size. */
  void measure() {
    size = new Size(kept.size(), deleted.size(), bytes);
  }

  boolean holds(long id) {
    return kept.containsKey(id);
  }

  /** Returns the revision of the stored item with this id, or -1 if there is none. */
  long revision(long id) {
    Kept present = kept.get(id);
    return present == null ? -1 : present.revision();
  }

  boolean isDeleted(long id) {
    return deleted.contains(id);
  }

  /** Returns a view of the deleted ids, which changes with the store. */
  Collection<Long> deleted() {
    return Collections.unmodifiableSet(deleted);
  }

  /** Returns the ids of items that have expired at the given time. */
  long[] due(long nowMs) {
    return expiries.headMap(nowMs, true).values().stream()
        .flatMap(Set::stream)
        .mapToLong(Long::longValue)
        .toArray();
  }

  /** Returns a revision that is higher than that of every stored item. */
  long nextRevision() {
    return ++lastRevision;
  }

  /** Notes a stored item, whose record has the given length in bytes. */
  void put(StoredItem stored, int recordBytes) {
    forget(stored.id());
    restore(stored.id());
    long cost = cost(recordBytes);
    long expiresMs = stored.item().expiresMs();
    kept.put(stored.id(), new Kept(stored.revision(), cost, expiresMs));
    bytes += cost;
    lastRevision = Math.max(lastRevision, stored.revision());
    if (expiresMs != 0) {
      expiries.computeIfAbsent(expiresMs, time -> new HashSet<>()).add(stored.id());
    }
  }

  void delete(long id) {
    forget(id);
    bytes += deleted.add(id) ? ID_BYTES : 0;
  }

  void restore(long id) {
    bytes -= deleted.remove(id) ? ID_BYTES : 0;
  }

  private void forget(long id) {
    Kept old = kept.remove(id);
    if (old == null) {
      return;
    }
    bytes -= old.bytes();
    Set<Long> others = expiries.get(old.expiresMs());
    if (others != null) {
      others.remove(id);
      if (others.isEmpty()) {
        expiries.remove(old.expiresMs());
      }
    }
  }
}
