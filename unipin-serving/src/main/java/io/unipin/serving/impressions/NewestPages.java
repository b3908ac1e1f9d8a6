package io.unipin.serving.impressions;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The pages that were shown last, and the changes of counts that no reader sees yet. Thread-safe.
 *
 * <p>The number of changed counts is bounded: a count that the table does not have changes only if
 * there is room for it.
 */
final class NewestPages {
  private final RecentPages pages;
  private Map<CountTable.Key, Long> waiting = new HashMap<>();
  private int added;
  private long counted;
  private long uncounted;

  /** Creates the pages. {@code maxBytes} bounds the memory for repeated pages. */
  NewestPages(long maxBytes) {
    pages = new RecentPages(maxBytes);
  }

  /** The counts that the table has, and its size. */
  interface Table {
    boolean holds(CountTable.Key key);

    /** Returns the number of counts for which there is still room. */
    int room();
  }

  /** Counts a page. If it is the answer to a request that was answered before, it replaces it. */
  synchronized void add(ShownPage page, Table table) {
    ShownPage earlier = pages.put(page);
    if (earlier != null) {
      change(earlier, -1, table);
    }
    change(page, 1, table);
  }

  private void change(ShownPage page, long by, Table table) {
    Predicate<CountTable.Key> fits = key -> waiting.containsKey(key) || table.holds(key);
    for (long item : page.items()) {
      CountTable.Key key = new CountTable.Key(page.surface(), item);
      boolean fresh = !fits.test(key);
      if (fresh && added >= table.room()) {
        uncounted += by > 0 ? 1 : 0;
      } else {
        added += fresh ? 1 : 0;
        waiting.merge(key, by, Long::sum);
        counted += by > 0 ? 1 : 0;
      }
    }
  }

  /** Returns the changes since the last call. The caller owns the map. */
  synchronized Map<CountTable.Key, Long> take() {
    Map<CountTable.Key, Long> taken = waiting;
    waiting = new HashMap<>();
    added = 0;
    return taken;
  }

  /** Forgets a user's pages, but not their counts. Returns whether there were any. */
  synchronized boolean erase(String user) {
    return pages.erase(user);
  }

  /** Returns the bytes that pages and changes take. */
  synchronized long bytes() {
    return pages.bytes() + (long) CountTable.COUNT_BYTES * waiting.size();
  }

  /** Returns the number of impressions that were counted. */
  synchronized long counted() {
    return counted;
  }

  /** Returns the number of impressions that were not counted because there was no room. */
  synchronized long uncounted() {
    return uncounted;
  }
}
