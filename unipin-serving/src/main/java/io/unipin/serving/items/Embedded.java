package io.unipin.serving.items;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Items and the rows that a bundle's item tower computed for them.
 *
 * @param rows (items, itemDim + contentPath) finite numbers
 */
@SuppressWarnings("ArrayRecordComponent") // used by one call
record Embedded(List<StoredItem> items, float[] rows) {
  static final Embedded NONE = new Embedded(List.of(), new float[0]);

  /**
   * Keeps the items whose rows are finite.
   *
   * @param items at least one item
   * @param rows (items, itemDim + contentPath) numbers
   */
  static Embedded finite(List<StoredItem> items, float[] rows) {
    int length = rows.length / items.size();
    int[] good =
        IntStream.range(0, items.size()).filter(i -> isFinite(rows, i * length, length)).toArray();
    if (good.length == items.size()) {
      return new Embedded(items, rows);
    }
    float[] kept = new float[good.length * length];
    for (int i = 0; i < good.length; i++) {
      System.arraycopy(rows, good[i] * length, kept, i * length, length);
    }
    return new Embedded(IntStream.of(good).mapToObj(items::get).toList(), kept);
  }

  private static boolean isFinite(float[] numbers, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (!Float.isFinite(numbers[i])) {
        return false;
      }
    }
    return true;
  }
}
