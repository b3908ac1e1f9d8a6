package io.unipin.evaluate.heldout;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Withheld;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The item that retrieval should find for one user, given all earlier actions of the user. The
 * target is the item of the last positive action in a held-out split. In a log that is split by
 * time, the target is the item of the first positive action instead.
 *
 * @param item catalogue row of the target
 * @param surface surface index of the target's action
 * @param history number of the user's actions before the target
 * @param seen distinct catalogue rows of the items that retrieval filters out, ascending: those of
 *     the earlier actions, and those that {@link #leavingOut} added
 */
public record RetrievalTarget(int item, int surface, int history, int[] seen) {
  /**
   * Returns the target of a user; empty if the part has none, or if its item is left out.
   *
   * @param leftOut items that cannot be targets
   */
  public static Optional<RetrievalTarget> of(
      FeedLog log, Holdout holdout, int user, Part part, Withheld leftOut) {
    int action = find(log, holdout, user, part);
    return action < 0
        ? Optional.empty()
        : Optional.of(of(log, user, action)).filter(target -> !leftOut.contains(target.item()));
  }

  /**
   * Returns the index of the target's action, counted from the user's first action; -1 when the
   * part has no target.
   */
  public static int find(FeedLog log, Holdout holdout, int user, Part part) {
    int start = log.actionStart(user);
    boolean test = part == Part.TEST;
    int from = test ? holdout.validationEnd(user) : holdout.trainEnd(user);
    int to = test ? log.actionStart(user + 1) - start : holdout.validationEnd(user);
    return switch (holdout.protocol()) {
      case LEAVE_LAST -> lastPositive(log, start, from, to);
      case TIME_SPLIT -> from == 0 ? -1 : firstPositive(log, start, from, to);
    };
  }

  private static int lastPositive(FeedLog log, int start, int from, int to) {
    for (int action = to - 1; action >= from; action--) {
      if (isPositive(log, start + action)) {
        return action;
      }
    }
    return -1;
  }

  private static int firstPositive(FeedLog log, int start, int from, int to) {
    for (int action = from; action < to; action++) {
      if (isPositive(log, start + action)) {
        return action;
      }
    }
    return -1;
  }

  private static boolean isPositive(FeedLog log, int action) {
    return (log.actionBits()[action] & log.schema().positiveBits()) != 0;
  }

  /** Returns the target that is the given action, counted from the user's first action. */
  public static RetrievalTarget of(FeedLog log, int user, int action) {
    int start = log.actionStart(user);
    int[] seen =
        Arrays.stream(log.actionItems(), start, start + action).sorted().distinct().toArray();
    return new RetrievalTarget(
        log.actionItems()[start + action], log.actionSurfaces()[start + action], action, seen);
  }

  /**
   * Returns this target, if retrieval also filters out other items.
   *
   * @param rows catalogue rows of these items, without the target's
   */
  public RetrievalTarget leavingOut(int[] rows) {
    return rows.length == 0
        ? this
        : new RetrievalTarget(
            item,
            surface,
            history,
            IntStream.concat(Arrays.stream(seen), Arrays.stream(rows))
                .sorted()
                .distinct()
                .toArray());
  }

  /**
   * Whether the user acted on the target's item before. Retrieval filters out items of the history,
   * so retrieval could not find this target.
   */
  public boolean isRepeat() {
    return Arrays.binarySearch(seen, item) >= 0;
  }
}
