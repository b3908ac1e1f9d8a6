package io.unipin.ann;

import java.util.Arrays;

/**
 * Says which items a search may find, by external id. Ids the index does not hold are of no consequence.
 *
 * <p>Immutable.
 */
public final class ItemFilter {

  /** Lets every item pass. */
  public static final ItemFilter NONE = new ItemFilter(true, new long[0]);

  private final boolean excludes;
  private final long[] sortedIds;

  private ItemFilter(boolean excludes, long[] sortedIds) {
    this.excludes = excludes;
    this.sortedIds = sortedIds;
  }

  /** Lets every item pass but these. */
  public static ItemFilter excluding(long... ids) {
    return ids.length == 0 ? NONE : new ItemFilter(true, sorted(ids));
  }

  /** Lets only these items pass; none at all when there are no ids. */
  public static ItemFilter allowing(long... ids) {
    return new ItemFilter(false, sorted(ids));
  }

  /** O(log ids). */
  public boolean passes(long id) {
    return (Arrays.binarySearch(sortedIds, id) >= 0) != excludes;
  }

  boolean excludes() {
    return excludes;
  }

  /** Ascending, without repetition; owned by the filter. */
  long[] ids() {
    return sortedIds;
  }

  private static long[] sorted(long[] ids) {
    return Arrays.stream(ids).sorted().distinct().toArray();
  }
}
