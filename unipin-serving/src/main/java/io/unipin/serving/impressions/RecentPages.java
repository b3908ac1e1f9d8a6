package io.unipin.serving.impressions;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The pages that were counted last. They are remembered so that a repeated page counts once. Their
 * bytes are bounded: the pages that were answered longest ago are forgotten first. Not thread-safe.
 */
final class RecentPages {
  /** Bytes that are assumed for a page, in addition to the characters of its ids and its items. */
  private static final int PAGE_BYTES = 300;

  /** The remembered pages. The page that was answered longest ago comes first. */
  private final Map<Key, Entry> pages = new LinkedHashMap<>();

  private long maxBytes;
  private long bytes;

  /** The identity of a page: its user and its request. */
  private record Key(String user, String request) {
    static Key of(ShownPage page) {
      return new Key(page.user(), page.request());
    }
  }

  /** The last answer to a request, and the offset of its record. */
  private record Entry(ShownPage page, long offset) {}

  RecentPages(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Adds a page. Returns the earlier page of the same request; null if no such page is known.
   *
   * @param offset offset of the page's record in its partition; 0 if the page comes from no topic
   */
  @Nullable ShownPage put(ShownPage page, long offset) {
    Key key = Key.of(page);
    Entry earlier = pages.remove(key); // put() then adds the page at the end
    pages.put(key, new Entry(page, offset));
    bytes += bytes(page) - (earlier == null ? 0 : bytes(earlier.page()));
    forgetOldest();
    return earlier == null ? null : earlier.page();
  }

  private void forgetOldest() {
    Iterator<Entry> oldestFirst = pages.values().iterator();
    while (bytes > maxBytes) {
      bytes -= bytes(oldestFirst.next().page());
      oldestFirst.remove();
    }
  }

  /** Sets the largest number of bytes that the pages may take. */
  void limit(long maxBytes) {
    this.maxBytes = maxBytes;
    forgetOldest();
  }

  /** Returns the offset of the page that was answered longest ago; empty if there are no pages. */
  OptionalLong oldest() {
    return pages.values().stream().mapToLong(Entry::offset).findFirst();
  }

  void clear() {
    pages.clear();
    bytes = 0;
  }

  /** Forgets a user's pages. Returns whether any page was known. Takes O(pages). */
  boolean erase(String user) {
    boolean any = pages.keySet().removeIf(key -> key.user().equals(user));
    if (any) {
      bytes = pages.values().stream().mapToLong(entry -> bytes(entry.page())).sum();
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
