package io.unipin.ann;

import java.util.Arrays;

/**
 * A two-way table between the ordinals of an index, 0 to size - 1, and external 64-bit ids.
 *
 * <p>Immutable.
 */
final class IdTable {
  private final long[] ids;
  private final long[] sortedIds;
  private final int[] sortedOrdinals;

  private IdTable(long[] ids, long[] sortedIds, int[] sortedOrdinals) {
    this.ids = ids;
    this.sortedIds = sortedIds;
    this.sortedOrdinals = sortedOrdinals;
  }

  /**
   * Returns a table in which ordinal i has id {@code ids[i]}.
   *
   * @throws IllegalArgumentException if an id occurs twice or is {@link AnnResult#NO_ID}
   */
  static IdTable of(long[] ids) {
    long[] own = ids.clone();
    long[] sortedIds = ids.clone();
    Arrays.sort(sortedIds);
    for (int i = 0; i < sortedIds.length; i++) {
      if (sortedIds[i] == AnnResult.NO_ID) {
        throw new IllegalArgumentException(
            "ids other than -1 expected, got -1, which means no item");
      }
      if (i > 0 && sortedIds[i] == sortedIds[i - 1]) {
        throw new IllegalArgumentException("distinct ids expected, got " + sortedIds[i] + " twice");
      }
    }
    int[] sortedOrdinals = new int[own.length];
    for (int ordinal = 0; ordinal < own.length; ordinal++) {
      sortedOrdinals[Arrays.binarySearch(sortedIds, own[ordinal])] = ordinal;
    }
    return new IdTable(own, sortedIds, sortedOrdinals);
  }

  int size() {
    return ids.length;
  }

  long id(int ordinal) {
    return ids[ordinal];
  }

  /**
   * Returns the ordinal of an id, or -1 for an id that the table does not hold. Takes O(log size).
   */
  int ordinal(long id) {
    int place = Arrays.binarySearch(sortedIds, id);
    return place < 0 ? -1 : sortedOrdinals[place];
  }
}
