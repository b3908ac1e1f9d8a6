package io.unipin.counts;

import io.unipin.feedlog.FeedLog;
import java.util.Arrays;

/** Finds the positive items at the end of a user's history. */
public final class UserPositives {
  private UserPositives() {}

  /**
   * Returns the rows of the last positive items among a user's first {@code history} actions,
   * oldest first.
   *
   * @param most largest number of items
   */
  public static int[] last(FeedLog log, int user, int history, int most) {
    int[] items = new int[most];
    int from = most;
    long positive = log.schema().positiveBits();
    int start = log.actionStart(user);
    for (int i = start + history - 1; i >= start && from > 0; i--) {
      if ((log.actionBits()[i] & positive) != 0) {
        items[--from] = log.actionItems()[i];
      }
    }
    return Arrays.copyOfRange(items, from, most);
  }
}
