package io.unipin.evaluate.slices;

import io.unipin.feedlog.split.Withheld;
import java.util.Arrays;
import java.util.List;

/**
 * Figures of how the users' lists cover a catalogue. Immutable. Figures that are not defined are
 * NaN.
 *
 * @param lists number of lists
 * @param items number of distinct items in the lists
 * @param coverage share of the catalogue's items that are in at least one list
 * @param gini Gini coefficient of one number per item of the catalogue: how many lists contain the
 *     item. It is 0 if all numbers are equal, and near 1 if a few items fill the lists
 * @param withheld share of all positions in the lists that are taken by items withheld from
 *     training; NaN if no item is withheld
 */
record ListFigures(int lists, int items, double coverage, double gini, double withheld) {

  /**
   * Computes the figures of some lists.
   *
   * @param lists catalogue rows of each list
   * @param catalogue number of items of the catalogue
   */
  static ListFigures of(List<int[]> lists, int catalogue, Withheld withheld) {
    long[] shown = new long[catalogue];
    long places = 0;
    long cold = 0;
    for (int[] list : lists) {
      for (int item : list) {
        shown[item]++;
        places++;
        cold += withheld.contains(item) ? 1 : 0;
      }
    }
    int items = (int) Arrays.stream(shown).filter(times -> times > 0).count();
    boolean known = places > 0;
    return new ListFigures(
        lists.size(),
        items,
        known ? (double) items / catalogue : Double.NaN,
        known ? gini(shown) : Double.NaN,
        known && !withheld.isEmpty() ? (double) cold / places : Double.NaN);
  }

  /**
   * Returns the Gini coefficient {@code 2 sum(i x_i) / (n sum(x)) - (n + 1) / n} of n counts x,
   * sorted ascending and numbered from i = 1. At least one count must be positive. Takes O(n log
   * n).
   */
  private static double gini(long[] counts) {
    long[] ascending = counts.clone();
    Arrays.sort(ascending);
    double n = ascending.length;
    double weighted = 0;
    double sum = 0;
    for (int i = 0; i < ascending.length; i++) {
      weighted += (i + 1.0) * ascending[i];
      sum += ascending[i];
    }
    return 2 * weighted / (n * sum) - (n + 1) / n;
  }
}
