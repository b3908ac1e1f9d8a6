package io.unipin.cli.trial;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Ranks items by the number of positive actions in the training part of a feed log. */
final class Popularity {
  private final FeedLog log;
  private final int[] counts;

  Popularity(FeedLog log, Holdout holdout) {
    this.log = log;
    this.counts = new int[log.catalogue().size()];
    long positives = log.schema().positiveBits();
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      for (int action = start; action < start + holdout.trainEnd(user); action++) {
        if ((log.actionBits()[action] & positives) != 0) {
          counts[log.actionItems()[action]]++;
        }
      }
    }
  }

  /** Returns the catalogue rows of the most popular items that a user has not acted on. */
  List<Integer> page(int user, int actions, int size) {
    Set<Integer> seen = new HashSet<>();
    int start = log.actionStart(user);
    for (int action = start; action < start + actions; action++) {
      seen.add(log.actionItems()[action]);
    }
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < counts.length; row++) {
      if (!seen.contains(row)) {
        rows.add(row);
      }
    }
    rows.sort(
        Comparator.comparingInt((Integer row) -> -counts[row])
            .thenComparingLong(row -> log.catalogue().id(row)));
    return List.copyOf(rows.subList(0, Math.min(size, rows.size())));
  }
}
