package io.unipin.model.features;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * The buckets of some items' attributes as compressed sparse rows. One array has the buckets of all
 * items, one item after the other. Another array has the start of each item in the first array.
 * Immutable.
 */
public final class AttributeBags {
  private final int[] buckets;

  /** (items + 1) the start of each item in {@link #buckets}. */
  private final int[] starts;

  private AttributeBags(int[] buckets, int[] starts) {
    this.buckets = buckets;
    this.starts = starts;
  }

  /** Returns the bags of items without attributes. */
  public static AttributeBags none(int items) {
    return new AttributeBags(new int[0], new int[items + 1]);
  }

  /**
   * Creates the bags of some items.
   *
   * @param buckets returns the buckets of an item
   */
  public static AttributeBags of(int items, IntFunction<int[]> buckets) {
    int[] starts = new int[items + 1];
    int[] all = new int[16];
    for (int item = 0; item < items; item++) {
      int[] own = buckets.apply(item);
      starts[item + 1] = Math.addExact(starts[item], own.length);
      if (starts[item + 1] > all.length) {
        long larger = Math.max(starts[item + 1], 2L * all.length);
        all = Arrays.copyOf(all, (int) Math.min(larger, Integer.MAX_VALUE - 8));
      }
      System.arraycopy(own, 0, all, starts[item], own.length);
    }
    return new AttributeBags(Arrays.copyOf(all, starts[items]), starts);
  }

  /** Returns the number of items. */
  public int items() {
    return starts.length - 1;
  }

  /** Returns the buckets of an item. */
  public int[] item(int item) {
    return Arrays.copyOfRange(buckets, starts[item], starts[item + 1]);
  }

  /** Returns the bags of the items {@code from} (inclusive) to {@code to} (exclusive). */
  public AttributeBags range(int from, int to) {
    return of(to - from, i -> item(from + i));
  }

  /** Returns the bags of the items with the given indices. */
  public AttributeBags chosen(long[] items) {
    return buckets.length == 0 ? none(items.length) : of(items.length, i -> item((int) items[i]));
  }

  /** Whether no item has an attribute. */
  public boolean isEmpty() {
    return buckets.length == 0;
  }

  /** Returns a copy of the buckets of all items. */
  public long[] buckets() {
    return Arrays.stream(buckets).asLongStream().toArray();
  }

  /** Returns for each item where its buckets begin. */
  public long[] starts() {
    return Arrays.stream(starts, 0, items()).asLongStream().toArray();
  }
}
