package io.unipin.feedlog;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The actions of all users in flat columns. Rows [start[u], start[u + 1]) belong to user u, oldest
 * first.
 *
 * @param start (users + 1) row of each user's first action, then the number of actions
 * @param items (actions) catalogue row of each action's item
 * @param bits (actions) multi-hots of action types
 * @param surfaces (actions) indices into the schema's surfaces
 * @param times (actions) time of each action in milliseconds since 1970; {@link FeedLog#NO_TIME}
 *     when unknown
 */
record ActionColumns(int[] start, int[] items, long[] bits, int[] surfaces, long[] times) {

  /**
   * Returns the columns of some of the actions.
   *
   * @param before (actions + 1) number of kept actions before each action; action i is kept if
   *     {@code before[i + 1]} exceeds {@code before[i]}
   */
  ActionColumns keeping(int[] before) {
    int[] rows =
        IntStream.range(0, items.length).filter(row -> before[row + 1] > before[row]).toArray();
    return new ActionColumns(
        Arrays.stream(start).map(first -> before[first]).toArray(),
        Arrays.stream(rows).map(row -> items[row]).toArray(),
        Arrays.stream(rows).mapToLong(row -> bits[row]).toArray(),
        Arrays.stream(rows).map(row -> surfaces[row]).toArray(),
        Arrays.stream(rows).mapToLong(row -> times[row]).toArray());
  }

  /**
   * Returns the same actions with other numbers of items.
   *
   * @param rows (items) new row of each item
   */
  ActionColumns renumbered(int[] rows) {
    int[] renumbered = Arrays.stream(items).map(item -> rows[item]).toArray();
    return new ActionColumns(start, renumbered, bits, surfaces, times);
  }
}
