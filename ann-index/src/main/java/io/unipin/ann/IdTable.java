package io.unipin.ann;

import java.util.Arrays;

/**
 * A two-way table between the ordinals of an index, 0 to size - 1, and external 64-bit ids. An item
 * takes 14 bytes.
 *
 * <p>Immutable.
 */
final class IdTable {
  private static final int EMPTY = -1;

  private final long[] ids;

  /** A hash table of ordinals with linear probing. Seven of ten elements are in use. */
  private final int[] places;

  private IdTable(long[] ids) {
    this.ids = ids;
    this.places = new int[(int) Math.min(Integer.MAX_VALUE - 8, ids.length * 10L / 7 + 1)];
    Arrays.fill(places, EMPTY);
  }

  /**
   * Returns a table in which ordinal i has id {@code ids[i]}.
   *
   * @throws IllegalArgumentException if an id occurs twice or is {@link AnnResult#NO_ID}
   */
  static IdTable of(long[] ids) {
    IdTable table = new IdTable(ids.clone());
    for (int ordinal = 0; ordinal < ids.length; ordinal++) {
      long id = ids[ordinal];
      if (id == AnnResult.NO_ID) {
        throw new IllegalArgumentException(
            "ids other than -1 expected, got -1, which means no item");
      }
      int place = table.place(id);
      if (table.places[place] != EMPTY) {
        throw new IllegalArgumentException("distinct ids expected, got " + id + " twice");
      }
      table.places[place] = ordinal;
    }
    return table;
  }

  int size() {
    return ids.length;
  }

  long id(int ordinal) {
    return ids[ordinal];
  }

  /**
   * Returns the ordinal of an id, or -1 for an id that the table does not hold. Takes O(1).
   */
  int ordinal(long id) {
    return places[place(id)];
  }

  /**
   * Returns the index of an id's ordinal in {@code places}. If the table lacks the id, returns the
   * index of the empty element that the ordinal would take.
   */
  private int place(long id) {
    // the finalizer of MurmurHash3 (Appleby, 2008)
    long mixed = (id ^ (id >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    mixed ^= mixed >>> 33;
    int place = (int) (((mixed >>> 32) * places.length) >>> 32);
    while (places[place] != EMPTY && ids[places[place]] != id) {
      place = place + 1 == places.length ? 0 : place + 1;
    }
    return place;
  }
}
