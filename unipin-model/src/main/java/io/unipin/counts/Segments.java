package io.unipin.counts;

import java.util.Arrays;

/** Finds the segment of a user: the most frequent category among some items. */
final class Segments {
  private Segments() {}

  /**
   * Returns the most frequent category of items. If several categories are equally frequent,
   * returns the one with the smallest number. Returns {@link CountQuery#NONE} if no item has a
   * category.
   *
   * @param categories (items of the catalogue) numbers of categories
   * @param items rows of the catalogue; numbers that are not such rows are left out
   */
  static int of(int[] categories, int[] items) {
    int[] found = new int[items.length];
    int size = 0;
    for (int item : items) {
      if (item >= 0 && item < categories.length && categories[item] != CountQuery.NONE) {
        found[size++] = categories[item];
      }
    }
    Arrays.sort(found, 0, size);
    int segment = CountQuery.NONE;
    int most = 0;
    for (int from = 0, to = 0; from < size; from = to) {
      while (to < size && found[to] == found[from]) {
        to++;
      }
      if (to - from > most) {
        most = to - from;
        segment = found[from];
      }
    }
    return segment;
  }
}
