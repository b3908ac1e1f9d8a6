package io.unipin.serving.items;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.settings.ByteSize;

/**
 * An index, in memory, of the items and deleted ids of an {@link ItemStore}. It holds neither texts
 * nor contents of the items.
 *
 * <p>Not thread-safe, except for {@link #size}.
 */
final class StoreIndex {
  /**
   * Bytes that are counted for each id, on the disk and in memory together. The bytes of an item
   * are counted in addition.
   */
  private static final int ID_BYTES = 64;

  private static final int REVISION = 0;
  private static final int BYTES = 1;

  /** Revision and counted bytes of each stored item, by id. */
  private final LongTable kept = new LongTable(2);

  private final LongTable deleted = new LongTable(0);
  private final Expiries expiries = new Expiries();

  private long lastRevision;
  private long bytes;
  private volatile Size size = new Size(0, 0, 0);

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
    return kept.get(id, BYTES, 0) + (isDeleted(id) ? ID_BYTES : 0);
  }

  Size size() {
    return size;
  }

  /** Publishes the size after a change, so that {@link #size} returns the new size. */
  void measure() {
    size = new Size(kept.size(), deleted.size(), bytes);
  }

  boolean holds(long id) {
    return kept.holds(id);
  }

  /** Returns the revision of the stored item with this id, or -1 if there is none. */
  long revision(long id) {
    return kept.get(id, REVISION, -1);
  }

  boolean isDeleted(long id) {
    return deleted.holds(id);
  }

  /** Returns the deleted ids, in any order. */
  long[] deleted() {
    return deleted.keys();
  }

  /** Returns the ids of items that have expired at the given time. */
  long[] due(long nowMs) {
    return expiries.due(nowMs);
  }

  /**
   * Checks that there is room for the ids of further deletions. The id of a stored item is always
   * accepted, because deleting the item frees room.
   *
   * @throws ServingException OVERLOADED when there is no room
   */
  void requireRoom(long[] deletes, ByteSize most) {
    for (long id : deletes) {
      if (bytes >= most.bytes() && !holds(id) && !isDeleted(id)) {
        throw new ServingException(
            FailureKind.OVERLOADED,
            "at most %s of items and deleted ids expected (items.maxBytes), got one more id"
                .formatted(most));
      }
    }
  }

  /** Returns a revision that is higher than the revision of every stored item. */
  long nextRevision() {
    return ++lastRevision;
  }

  /** Notes a stored item, whose record has the given length in bytes. */
  void put(StoredItem stored, int recordBytes) {
    long id = stored.id();
    restore(id);
    long cost = cost(recordBytes);
    bytes += cost - kept.get(id, BYTES, 0);
    kept.put(id, stored.revision(), cost);
    lastRevision = Math.max(lastRevision, stored.revision());
    long expiresMs = stored.item().expiresMs();
    if (expiresMs == 0) {
      expiries.remove(id);
    } else {
      expiries.set(id, expiresMs);
    }
  }

  void delete(long id) {
    bytes -= kept.get(id, BYTES, 0);
    kept.remove(id);
    expiries.remove(id);
    bytes += deleted.put(id) ? ID_BYTES : 0;
  }

  void restore(long id) {
    bytes -= deleted.remove(id) ? ID_BYTES : 0;
  }
}
