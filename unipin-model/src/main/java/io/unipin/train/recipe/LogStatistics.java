package io.unipin.train.recipe;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.TrainingPart;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Statistics of the training part of a feed log. Held-out actions and withheld items don't count.
 *
 * @param users users with a training action
 * @param catalogue items of the catalogue
 * @param contentDim length of an item's content
 * @param items items with a positive training action
 * @param actions training actions
 * @param targets positive training actions
 * @param rare share of {@code items} with fewer than {@value #RARE_BELOW} positive training actions
 * @param medianHistory the median of the users' numbers of training actions
 * @param longHistory the 90th percentile of the users' numbers of training actions
 * @param shown share of the training actions whose item the user saw in a training feedview
 * @param shared for each column of the items table that can be read as attributes, how many of its
 *     values at least two items have
 */
public record LogStatistics(
    int users,
    int catalogue,
    int contentDim,
    int items,
    long actions,
    long targets,
    double rare,
    int medianHistory,
    int longHistory,
    double shown,
    Map<String, Integer> shared) {
  /** An item is rare if it has fewer positive actions than this. */
  public static final int RARE_BELOW = 5;

  public LogStatistics {
    shared = Map.copyOf(shared);
  }

  /** Returns the statistics of the training part of a log. */
  public static LogStatistics of(FeedLog log, Holdout holdout) {
    TrainingPart part = TrainingPart.of(log, holdout);
    return new Counter(part.log(), part.holdout()).count();
  }

  /** Returns the mean number of positive actions of an item that has any; 0 if there is none. */
  public double targetsPerItem() {
    return items == 0 ? 0 : (double) targets / items;
  }

  /** Returns the statistics in one line of text. */
  public String toText() {
    return String.format(
        Locale.ROOT,
        "%,d users, %,d items, %,d actions; of an item: %.1f positive actions, %.0f %% of the items"
            + " have fewer than %d; of a user: %d actions in the median, %d at the 90th percentile",
        users,
        items,
        actions,
        targetsPerItem(),
        100 * rare,
        RARE_BELOW,
        medianHistory,
        longHistory);
  }

  private static final class Counter {
    private final FeedLog log;
    private final Holdout holdout;
    private final int[] ofItems;
    private final int[] ofUsers;
    private long actions;
    private long targets;
    private long shown;

    Counter(FeedLog log, Holdout holdout) {
      this.log = log;
      this.holdout = holdout;
      this.ofItems = new int[log.catalogue().size()];
      this.ofUsers = new int[log.users()];
    }

    LogStatistics count() {
      for (int user = 0; user < log.users(); user++) {
        count(user);
      }
      int[] histories = Arrays.stream(ofUsers).filter(length -> length > 0).sorted().toArray();
      long items = Arrays.stream(ofItems).filter(count -> count > 0).count();
      long rare = Arrays.stream(ofItems).filter(count -> count > 0 && count < RARE_BELOW).count();
      return new LogStatistics(
          histories.length,
          log.catalogue().size(),
          log.catalogue().contentDim(),
          (int) items,
          actions,
          targets,
          items == 0 ? 0 : (double) rare / items,
          quantile(histories, 0.5),
          quantile(histories, 0.9),
          actions == 0 ? 0 : (double) shown / actions,
          SharedValues.count(log.catalogue(), holdout.withheld()));
    }

    private void count(int user) {
      int start = log.actionStart(user);
      ofUsers[user] = holdout.trainEnd(user);
      actions += ofUsers[user];
      Set<Integer> seen = seen(user);
      for (int i = start; i < start + ofUsers[user]; i++) {
        int item = log.actionItems()[i];
        if ((log.actionBits()[i] & log.schema().positiveBits()) != 0) {
          ofItems[item]++;
          targets++;
        }
        shown += seen.contains(item) ? 1 : 0;
      }
    }

    /** Returns the items of a user's training feedviews. */
    private Set<Integer> seen(int user) {
      Set<Integer> seen = new HashSet<>();
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        if (holdout.part(user, view) == Part.TRAIN) {
          for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
            seen.add(log.impressionItems()[i]);
          }
        }
      }
      return seen;
    }

    /** Returns the element at a share of a sorted array; 0 for an empty array. */
    private static int quantile(int[] sorted, double share) {
      return sorted.length == 0 ? 0 : sorted[(int) (share * (sorted.length - 1))];
    }
  }
}
