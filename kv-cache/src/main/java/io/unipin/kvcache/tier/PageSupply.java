package io.unipin.kvcache.tier;

import java.io.IOException;
import java.util.Arrays;

/**
 * The pages for the chunks of one write: first the pages of the entry's own replaced chunks, then
 * other pages. {@link #close} gives back the pages that no chunk uses. Confined to one thread.
 */
final class PageSupply implements AutoCloseable {
  private final EntryName name;
  private final PageMap pages;
  private final Holdings holdings;
  private final IndexFile index;
  private int[] own;
  private int[] taken = new int[0];

  /** @param own used pages that the entry no longer needs */
  PageSupply(EntryName name, int[] own, PageMap pages, Holdings holdings, IndexFile index) {
    this.name = name;
    this.own = own;
    this.pages = pages;
    this.holdings = holdings;
    this.index = index;
  }

  /**
   * Evicts other entries until there are {@code count} pages. Returns false if the whole file has
   * fewer.
   */
  boolean reserve(int count) throws IOException {
    int more = Math.max(0, count - own.length);
    while (pages.available() < more) {
      StoredEntry victim = holdings.evict(name);
      if (victim == null) {
        return false;
      }
      pages.soil(victim.name().user(), victim.pagesFrom(0));
      index.remove(victim);
    }
    return true;
  }

  /** Returns {@code count} of the reserved pages, for one chunk. */
  int[] take(int count) {
    int ours = Math.min(count, own.length);
    taken = Arrays.copyOf(own, count);
    own = Arrays.copyOfRange(own, ours, own.length);
    int[] others = pages.take(count - ours);
    System.arraycopy(others, 0, taken, ours, others.length);
    return taken;
  }

  /** Notes that a chunk has the pages that were taken last. */
  void used() {
    taken = new int[0];
  }

  @Override
  public void close() {
    pages.soil(name.user(), own);
    pages.soil(name.user(), taken);
  }
}
