package io.unipin.serving.items.live;

import io.unipin.feedlog.arrays.LongHash;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from the ids of live items to their newest entries, with linear probing in one
 * array. An entry takes five to seven bytes in addition to its object.
 *
 * <p>Any number of threads may read. They take no lock and never wait. Only one thread at a time
 * may change the table. A reader finds an entry that was put before the read began, unless the
 * entry was removed or replaced.
 */
final class EntryTable {
  /*
   * A reader searches the array from the first index of an id up to the first empty element. So an
   * element never becomes empty while the array is in use: a removed entry leaves a mark. When
   * entries and marks fill three quarters of the array, the entries move to a new array, of which
   * they fill three fifths. The old array keeps every entry that its readers may need.
   */
  private static final int LEAST = 16;

  /**
   * The mark of a removed entry. The mark's id belongs to no item, because items' ids are at least
   * 0.
   */
  private static final LiveEntry REMOVED =
      new LiveEntry(new LiveItem(Long.MIN_VALUE, 0, "", "", "", 0, 0), "", -1, 0, null);

  private volatile AtomicReferenceArray<@Nullable LiveEntry> places =
      new AtomicReferenceArray<>(LEAST);

  /** Number of elements with an entry or a mark. */
  private int used;

  private int size;

  /** Returns the newest entry of an id; null if there is none. */
  @Nullable LiveEntry get(long id) {
    AtomicReferenceArray<@Nullable LiveEntry> now = places;
    LiveEntry found = now.get(place(now, id));
    // an empty element may have got another item's entry meanwhile
    return found == null || found == REMOVED || found.id != id ? null : found;
  }

  /** Adds an entry, or replaces the entry of the same id. */
  void put(LiveEntry entry) {
    int place = place(places, entry.id);
    if (places.get(place) == null) {
      if (4 * (used + 1L) > 3L * places.length()) {
        move();
        place = place(places, entry.id);
      }
      used++;
      size++;
    }
    places.set(place, entry);
  }

  /** Removes an entry. Returns false and does nothing if the table does not hold it. */
  boolean remove(LiveEntry entry) {
    int place = place(places, entry.id);
    if (places.get(place) != entry) {
      return false;
    }
    places.set(place, REMOVED);
    size--;
    return true;
  }

  /** Returns the number of entries. */
  int size() {
    return size;
  }

  /** Returns the length of the array. */
  int room() {
    return places.length();
  }

  private void move() {
    AtomicReferenceArray<@Nullable LiveEntry> old = places;
    AtomicReferenceArray<@Nullable LiveEntry> next =
        new AtomicReferenceArray<>(Math.max(LEAST, Math.toIntExact((size + 1L) * 5 / 3)));
    for (int i = 0; i < old.length(); i++) {
      LiveEntry entry = old.get(i);
      if (entry != null && entry != REMOVED) {
        next.setPlain(place(next, entry.id), entry);
      }
    }
    used = size;
    places = next;
  }

  /**
   * Returns the index of an id's entry. If the table lacks the id, returns the empty index that the
   * entry would take.
   */
  private static int place(AtomicReferenceArray<@Nullable LiveEntry> places, long id) {
    int place = LongHash.place(id, places.length());
    LiveEntry found = places.get(place);
    while (found != null && found.id != id) {
      place = place + 1 == places.length() ? 0 : place + 1;
      found = places.get(place);
    }
    return place;
  }
}
