package io.unipin.ann;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter that says which items a search may find. Items are named by external ids. Ids that the
 * index does not hold have no effect.
 *
 * <p>A filter keeps one bit per item for the index with which it was last used. So the next use
 * with this index is cheap. If many requests share a filter, such as a category or a block list,
 * callers should keep this filter and {@linkplain #and join} it with each request's own filter.
 *
 * <p>Thread-safe. Behaves as an immutable object.
 */
public final class ItemFilter {

  /** The filter that lets every item pass. */
  public static final ItemFilter NONE = new ItemFilter(true, new long[0], List.of(), new long[0]);

  private final boolean excludes;
  private final long[] sortedIds;
  private final List<ItemFilter> others;

  /** Ids that pass even if the rest of the filter rejects them; sorted. */
  private final long[] also;

  private volatile @Nullable Laid laid;

  /** The filter's bits for the items of one index. */
  private record Laid(IdTable table, OrdinalFilter bits) {}

  private ItemFilter(boolean excludes, long[] sortedIds, List<ItemFilter> others, long[] also) {
    this.excludes = excludes;
    this.sortedIds = sortedIds;
    this.others = others;
    this.also = also;
  }

  /** Returns a filter that lets all items pass except these. */
  public static ItemFilter excluding(long... ids) {
    return ids.length == 0 ? NONE : new ItemFilter(true, sorted(ids), List.of(), new long[0]);
  }

  /** Returns a filter that lets only these items pass. If there are no ids, no item passes. */
  public static ItemFilter allowing(long... ids) {
    return new ItemFilter(false, sorted(ids), List.of(), new long[0]);
  }

  /** Returns a filter that lets an item pass if both filters let it pass. */
  public ItemFilter and(ItemFilter other) {
    if (passesAll()) {
      return other;
    }
    return other.passesAll() ? this : joined(List.of(this, other), new long[0]);
  }

  /**
   * Returns a filter that lets these items pass in addition to the items that this filter lets
   * pass. When the new filter is first used with an index, it copies this filter's bits and takes
   * O(ids) steps.
   */
  public ItemFilter also(long... ids) {
    return passesAll() || ids.length == 0 ? this : joined(List.of(this), sorted(ids));
  }

  private static ItemFilter joined(List<ItemFilter> others, long[] also) {
    return new ItemFilter(true, new long[0], others, also);
  }

  /** Returns whether an item passes. Takes O(log ids) per joined filter. */
  public boolean passes(long id) {
    if (Arrays.binarySearch(also, id) >= 0) {
      return true;
    }
    if ((Arrays.binarySearch(sortedIds, id) >= 0) == excludes) {
      return false;
    }
    for (ItemFilter other : others) {
      if (!other.passes(id)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the number of ids that this filter holds. The ids of joined filters do not count. */
  public long ownIds() {
    return (long) sortedIds.length + also.length;
  }

  /** Returns this filter as a filter of the ordinals of an index. */
  OrdinalFilter over(IdTable ids) {
    Laid known = laid;
    if (known == null || known.table() != ids) {
      known = new Laid(ids, layOver(ids));
      laid = known;
    }
    return known.bits();
  }

  private OrdinalFilter layOver(IdTable ids) {
    if (passesAll()) {
      return OrdinalFilter.all(ids.size());
    }
    if (others.isEmpty()) {
      return OrdinalFilter.of(excludes, sortedIds, ids);
    }
    return others.stream()
        .map(other -> other.over(ids))
        .reduce(OrdinalFilter::and)
        .orElseThrow(IllegalStateException::new)
        .with(Arrays.stream(also).mapToInt(ids::ordinal).toArray());
  }

  private boolean passesAll() {
    return excludes && sortedIds.length == 0 && others.isEmpty();
  }

  private static long[] sorted(long[] ids) {
    long[] sorted = ids.clone();
    Arrays.sort(sorted);
    int distinct = 0;
    for (long id : sorted) {
      if (distinct == 0 || sorted[distinct - 1] != id) {
        sorted[distinct++] = id;
      }
    }
    return distinct == sorted.length ? sorted : Arrays.copyOf(sorted, distinct);
  }
}
