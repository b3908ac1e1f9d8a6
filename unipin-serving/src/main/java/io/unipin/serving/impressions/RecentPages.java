package io.unipin.serving.impressions;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pages that were counted last, so that a repeated page counts once. The pages take a bounded
 * number of bytes; the oldest pages are forgotten first. Not thread-safe.
 */
final class RecentPages {
  /** Bytes that are counted for a page, in addition to its ids' characters and its items. */
  private static final int PAGE_BYTES = 300;

  private final long maxBytes;
  private final Map<Key, ShownPage> pages = new HashMap<>();
  private final Deque<Key> oldestFirst = new ArrayDeque<>();
  private long bytes;

  /** A page is known by its user and its request. */
  private record Key(String user, String request) {
    static Key of(ShownPage page) {
      return new Key(page.user(), page.request());
    }
  }

  RecentPages(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Adds a page. Returns the page that was known of the same request; null if there was none. */
  @Nullable ShownPage put(ShownPage page) {
    Key key = Key.of(page);
    ShownPage earlier = pages.put(key, page);
    bytes += bytes(page);
    if (earlier == null) {
      oldestFirst.add(key);
    } else {
      bytes -= bytes(earlier);
    }
    while (bytes > maxBytes) {
      forget(pages.remove(oldestFirst.remove()));
    }
    return earlier;
  }

  private void forget(@Nullable ShownPage page) {
    bytes -= page == null ? 0 : bytes(page);
  }

  /** Forgets a user's pages. Returns whether there were any. Takes O(pages). */
  boolean erase(String user) {
    boolean any = pages.keySet().removeIf(key -> key.user().equals(user));
    if (any) {
      oldestFirst.removeIf(key -> key.user().equals(user));
      bytes = pages.values().stream().mapToLong(RecentPages::bytes).sum();
    }
    return any;
  }

  private static long bytes(ShownPage page) {
    return PAGE_BYTES
        + 2L * (page.user().length() + page.request().length())
        + (long) Long.BYTES * page.items().length;
  }

  long bytes() {
    return bytes;
  }
}
