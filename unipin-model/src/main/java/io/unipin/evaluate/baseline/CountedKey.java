package io.unipin.evaluate.baseline;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * A key by which impressions are grouped before they are counted. Each impression belongs to one
 * row of the table of counts, or to none.
 *
 * @param name name of the key
 * @param rows number of rows of the table
 * @param before whether the table counts the actions from before the log's first feedview instead
 *     of training impressions
 * @param rowOf finds the row of an impression; {@link #NONE} if it belongs to none
 */
record CountedKey(String name, int rows, boolean before, ToIntFunction<Shown> rowOf) {
  static final int NONE = -1;

  /** An impression, or an action: rows of user, surface and item. */
  record Shown(int user, int surface, int item) {}

  int row(int user, int surface, int item) {
    return rowOf.applyAsInt(new Shown(user, surface, item));
  }

  /** Returns the keys of a log. The first one is the item. */
  static List<CountedKey> of(FeedLog log) {
    int items = log.catalogue().size();
    List<CountedKey> keys = new ArrayList<>();
    keys.add(new CountedKey("item", items, false, Shown::item));
    keys.add(new CountedKey("surface", log.schema().surfaces().size(), false, Shown::surface));
    int[] categories = categories(log.catalogue());
    int distinct = 1;
    for (int category : categories) {
      distinct = Math.max(distinct, category + 1);
    }
    keys.add(new CountedKey("category", distinct, false, shown -> categories[shown.item()]));
    keys.add(new CountedKey("user", log.users(), false, Shown::user));
    if (log.views() > 0 && firstFeedviewMs(log) != FeedLog.NO_TIME) {
      keys.add(new CountedKey("item before", items, true, Shown::item));
      keys.add(new CountedKey("user before", log.users(), true, Shown::user));
    }
    return List.copyOf(keys);
  }

  /**
   * Returns for each item the number of its category; {@link #NONE} for an item without a category.
   */
  private static int[] categories(Catalogue catalogue) {
    Map<String, Integer> numbers = new HashMap<>();
    int[] categories = new int[catalogue.size()];
    for (int item = 0; item < categories.length; item++) {
      String name = catalogue.category(item);
      categories[item] =
          name.isEmpty() ? NONE : numbers.computeIfAbsent(name, unseen -> numbers.size());
    }
    return categories;
  }

  /**
   * Returns the time of the log's first feedview, in milliseconds since 1970; {@link
   * FeedLog#NO_TIME} if a feedview has no time.
   */
  static long firstFeedviewMs(FeedLog log) {
    long first = Long.MAX_VALUE;
    for (long time : log.viewTimes()) {
      if (time == FeedLog.NO_TIME) {
        return FeedLog.NO_TIME;
      }
      first = Math.min(first, time);
    }
    return first;
  }
}
