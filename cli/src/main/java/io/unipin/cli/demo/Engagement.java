package io.unipin.cli.demo;

import io.unipin.feedlog.FeedLog;
import io.unipin.proto.v1.ScoredItem;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chooses the actions of a satisfied user in the demo. */
final class Engagement {
  private Engagement() {}

  /**
   * Returns the log's most frequent combination of action types that contains a positive type. A
   * combination of several types, such as click and save, is preferred to a single type.
   */
  static List<String> typical(FeedLog log) {
    Map<Long, Integer> counts = new HashMap<>();
    for (long bits : log.actionBits()) {
      if ((bits & log.schema().positiveBits()) != 0) {
        counts.merge(bits, 1, Integer::sum);
      }
    }
    long best = log.schema().positiveBits();
    int most = 0;
    for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
      int rank = entry.getValue() + (Long.bitCount(entry.getKey()) > 1 ? log.actions() : 0);
      if (rank > most) {
        most = rank;
        best = entry.getKey();
      }
    }
    return log.schema().actionNames(best);
  }

  /**
   * Returns the action of {@code actions} that is rarest in the log. A rare action says the most
   * about a user's taste.
   */
  static String rarest(FeedLog log, List<String> actions) {
    long[] counts = new long[log.schema().actions().size()];
    for (long bits : log.actionBits()) {
      for (int c = 0; c < counts.length; c++) {
        counts[c] += bits >>> c & 1;
      }
    }
    return actions.stream()
        .min(Comparator.comparingLong(action -> counts[log.schema().actions().indexOf(action)]))
        .orElseThrow();
  }

  /**
   * Returns two items from the lower end of a slate. If possible, the two items are of one
   * category.
   */
  static List<ScoredItem> pair(FeedLog log, List<ScoredItem> slate) {
    for (int low = slate.size() - 1; low > 0; low--) {
      for (int high = low - 1; high >= 0; high--) {
        if (category(log, slate.get(low)).equals(category(log, slate.get(high)))) {
          return List.of(slate.get(high), slate.get(low));
        }
      }
    }
    return slate.subList(Math.max(0, slate.size() - 2), slate.size());
  }

  static String category(FeedLog log, ScoredItem item) {
    int row = log.catalogue().row(item.getItemId());
    return row < 0 ? "" : log.catalogue().category(row);
  }
}
