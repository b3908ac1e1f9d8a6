package io.unipin.kvcache;

import java.util.Arrays;
import java.util.BitSet;

/**
 * An allocator of runs of {@code 2^order} units. Each run is aligned to its own length. Orders are
 * 0 to {@link KvLayout#TOP_ORDER}. The buddy of a run is the other half of the aligned run of twice
 * its length.
 *
 * <p>The number of units need not be a power of two: the units after the last whole run of the top
 * order form smaller runs. An allocation takes the lowest free run of the best-fitting order. So
 * the units at the upper end become free first. Each call takes O(orders) plus a bit scan. Not
 * thread-safe.
 *
 * <p>Source: D. E. Knuth, The Art of Computer Programming, volume 1, section 2.5, "The buddy
 * system".
 */
final class BuddyAllocator {
  private static final int ORDERS = KvLayout.TOP_ORDER + 1;

  private final int units;

  /**
   * Bit i of element j is set if the run of 2^j units from unit i · 2^j is free and its buddy is
   * not free.
   */
  private final BitSet[] free = new BitSet[ORDERS];

  /** Element i is 0 if no taken run starts at unit i, else 1 + the order of this run. */
  private final byte[] taken;

  private int usedUnits;

  BuddyAllocator(int units) {
    this.units = units;
    taken = new byte[units];
    Arrays.setAll(free, order -> new BitSet());
    int start = 0;
    for (int order = ORDERS - 1; order >= 0; order--) {
      int length = 1 << order;
      while (start + length <= units) {
        free[order].set(start >> order);
        start += length;
      }
    }
  }

  int usedUnits() {
    return usedUnits;
  }

  /**
   * Returns the start of the first free run of {@code 2^order} units at or after {@code from}, or
   * -1 if there is none. Ignores a run that is part of a longer free run.
   */
  int nextFree(int order, int from) {
    int index = free[order].nextSetBit((from + (1 << order) - 1) >> order);
    return index < 0 ? -1 : index << order;
  }

  /** Returns whether a run of {@code 2^order} units from {@code start} lies within the units. */
  boolean contains(int start, int order) {
    return start + (1 << order) <= units;
  }

  /** Takes a run and returns its first unit, or returns -1 when no free run is long enough. */
  int allocate(int order) {
    int from = order;
    while (from < ORDERS && free[from].isEmpty()) {
      from++;
    }
    if (from == ORDERS) {
      return -1;
    }
    int index = free[from].nextSetBit(0);
    free[from].clear(index);
    while (from > order) {
      from--;
      index <<= 1;
      free[from].set(index + 1);
    }
    int start = index << order;
    taken[start] = (byte) (order + 1);
    usedUnits += 1 << order;
    return start;
  }

  /**
   * Frees the run that starts at {@code start} and merges it with its buddies while they are free.
   */
  void free(int start) {
    int order = start >= 0 && start < units ? taken[start] - 1 : -1;
    if (order < 0) {
      throw new IllegalStateException("a taken run at unit " + start + " expected, got none");
    }
    taken[start] = 0;
    usedUnits -= 1 << order;
    merge(start, order);
  }

  private void merge(int start, int length) {
    int order = length;
    int index = start >> order;
    while (order < ORDERS - 1 && free[order].get(index ^ 1)) {
      free[order].clear(index ^ 1);
      index >>= 1;
      order++;
    }
    free[order].set(index);
  }

  /**
   * Frees an aligned run of {@code 2^order} units by moving its contents to a free run of the same
   * length. The taken and the free parts of the run keep their offsets within it.
   */
  void move(int from, BuddyAllocator target, int to, int order) {
    target.free[order].clear(to >> order);
    for (int part = 0; part < order; part++) {
      int first = from >> part;
      int end = (from + (1 << order)) >> part;
      for (int i = free[part].nextSetBit(first); i >= 0 && i < end; i = free[part].nextSetBit(i)) {
        free[part].clear(i);
        target.free[part].set(i - first + (to >> part));
      }
    }
    for (int unit = 0; unit < 1 << order; unit++) {
      byte length = taken[from + unit];
      if (length > 0) {
        taken[from + unit] = 0;
        target.taken[to + unit] = length;
        usedUnits -= 1 << (length - 1);
        target.usedUnits += 1 << (length - 1);
      }
    }
    merge(from, order);
  }
}
