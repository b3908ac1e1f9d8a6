package io.unipin.feedlog.review;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.review.Finding.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Looks for item descriptions that were derived from the actions, such as a column with the number
 * of sales, or a tag that only bought items have. A model that reads such descriptions looks better
 * on held-out data than it is, because the descriptions were written after the actions that they
 * predict.
 *
 * <p>Compares ranks (Spearman), so it finds any monotonic function of a count.
 */
final class LeakReview {
  private static final int FEWEST_ITEMS = 50;
  private static final double FOLLOWS = 0.9;

  private final FeedLog log;
  private final double[] actions;

  LeakReview(FeedLog log) {
    this.log = log;
    this.actions = new double[log.catalogue().size()];
    for (int item : log.actionItems()) {
      actions[item]++;
    }
  }

  void add(List<Finding> findings) {
    if (actions.length < FEWEST_ITEMS) {
      return;
    }
    content(findings);
    attributes(findings);
  }

  private void content(List<Finding> findings) {
    Catalogue items = log.catalogue();
    int dim = items.contentDim();
    double[] ofActions = ranks(actions);
    List<Integer> leaks = new ArrayList<>();
    double strongest = 0;
    for (int at = 0; at < dim; at++) {
      double[] values = new double[actions.length];
      for (int row = 0; row < values.length; row++) {
        values[row] = items.content()[row * dim + at];
      }
      double follows = correlation(ranks(values), ofActions);
      if (Math.abs(follows) > FOLLOWS) {
        leaks.add(at);
        strongest = Math.max(strongest, Math.abs(follows));
      }
    }
    if (!leaks.isEmpty()) {
      findings.add(
          new Finding(
              "content-follows-actions",
              Weight.REGRET,
              leaks.size(),
              "%d of %d numbers of the content follow the number of actions of the items"
                  .formatted(leaks.size(), dim),
              String.format(
                  Locale.ROOT, "content[%d]: rank correlation %.2f", leaks.get(0), strongest),
              "leave out counts of sales, views and ratings: they are known only afterwards"));
    }
  }

  private void attributes(List<Finding> findings) {
    Map<String, long[]> counts = new HashMap<>();
    long active = 0;
    for (int row = 0; row < actions.length; row++) {
      boolean acted = actions[row] > 0;
      active += acted ? 1 : 0;
      for (String attribute : log.catalogue().attributes(row)) {
        counts.computeIfAbsent(attribute, a -> new long[2])[acted ? 1 : 0]++;
      }
    }
    long passive = actions.length - active;
    if (active < FEWEST_ITEMS || passive < FEWEST_ITEMS) {
      return;
    }
    long all = active;
    List<String> leaks =
        counts.entrySet().stream()
            .filter(
                each ->
                    each.getValue()[1] > FOLLOWS * all
                        && each.getValue()[0] < (1 - FOLLOWS) * passive)
            .map(Map.Entry::getKey)
            .sorted(Comparator.naturalOrder())
            .toList();
    if (!leaks.isEmpty()) {
      findings.add(
          new Finding(
              "attribute-follows-actions",
              Weight.REGRET,
              leaks.size(),
              leaks.size() + " attributes tell items with actions from items without",
              "'" + leaks.get(0) + "'",
              "leave out attributes that are set after an action, such as sold or rated"));
    }
  }

  /** Returns the rank of each value; equal values have their mean rank. */
  static double[] ranks(double[] values) {
    Integer[] order = new Integer[values.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int at = from; at < to; at++) {
        ranks[order[at]] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  /** Returns Pearson's correlation; 0 if one of the series is constant. */
  static double correlation(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElse(0);
    double meanB = Arrays.stream(b).average().orElse(0);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) * (a[i] - meanA);
      bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return aa == 0 || bb == 0 ? 0 : ab / Math.sqrt(aa * bb);
  }
}
