package io.unipin.train;

import io.unipin.data.FeedLog;
import java.util.Arrays;

/**
 * What retrieval should find for one user: the last positive action of a held-out part, from all actions before it.
 *
 * @param item catalogue row of the target
 * @param surface of the target
 * @param history how many actions lie before it
 * @param seen distinct catalogue rows among them
 */
record RetrievalTarget(int item, int surface, int history, int[] seen) {
  /** Index of the target's action, relative to the user's first; -1 when the part has no positive action. */
  static int find(FeedLog log, Holdout holdout, int user, Part part) {
    int start = log.actionStart(user);
    boolean test = part == Part.TEST;
    int from = test ? holdout.validationEnd(user) : holdout.trainEnd(user);
    int to = test ? log.actionStart(user + 1) - start : holdout.validationEnd(user);
    long positive = log.schema().positiveBits();
    for (int action = to - 1; action >= from; action--) {
      if ((log.actionBits()[start + action] & positive) != 0) {
        return action;
      }
    }
    return -1;
  }

  static RetrievalTarget of(FeedLog log, int user, int action) {
    int start = log.actionStart(user);
    int[] seen =
        Arrays.stream(log.actionItems(), start, start + action).sorted().distinct().toArray();
    return new RetrievalTarget(
        log.actionItems()[start + action], log.actionSurfaces()[start + action], action, seen);
  }

  /** Whether the target is an item that the user acted on before, which the filter would remove. */
  boolean isRepeat() {
    return Arrays.binarySearch(seen, item) >= 0;
  }
}
