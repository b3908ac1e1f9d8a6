package io.unipin.kvcache.tier;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Knows which pages of the file are used, which are dirty, and which are free.
 *
 * <p>A dirty page still has bytes of a removed chunk. New chunks take dirty pages before free
 * pages, because a new chunk overwrites the whole page. Confined to one thread.
 */
final class PageMap {
  private final int limit;

  /** The pages that are used or dirty. */
  private final BitSet taken = new BitSet();

  private final Deque<Dirty> dirty = new ArrayDeque<>();
  private int takenPages;
  private int dirtyPages;
  private int cursor;

  /** Pages with bytes of a user. */
  record Dirty(Id user, int[] pages) {}

  PageMap(int limit) {
    this.limit = limit;
  }

  /**
   * Marks pages as used. Returns false, with nothing changed, if one of the pages is taken or out
   * of range.
   */
  boolean claim(int[] pages) {
    for (int i = 0; i < pages.length; i++) {
      if (pages[i] < 0 || pages[i] >= limit || taken.get(pages[i])) {
        for (int claimed = 0; claimed < i; claimed++) {
          taken.clear(pages[claimed]);
        }
        return false;
      }
      taken.set(pages[i]);
    }
    takenPages += pages.length;
    return true;
  }

  int limit() {
    return limit;
  }

  boolean isTaken(int page) {
    return taken.get(page);
  }

  /** Returns how many pages {@link #take} can give. */
  int available() {
    return limit - takenPages + dirtyPages;
  }

  int used() {
    return takenPages - dirtyPages;
  }

  /** Takes {@code count} pages. The caller has checked that so many are available. */
  int[] take(int count) {
    int[] pages = new int[count];
    int found = 0;
    while (found < count && !dirty.isEmpty()) {
      Dirty next = dirty.removeFirst();
      int used = Math.min(count - found, next.pages().length);
      System.arraycopy(next.pages(), 0, pages, found, used);
      found += used;
      dirtyPages -= next.pages().length;
      soil(next.user(), Arrays.copyOfRange(next.pages(), used, next.pages().length));
    }
    while (found < count) {
      int page = taken.nextClearBit(cursor);
      if (page >= limit) {
        page = taken.nextClearBit(0);
      }
      taken.set(page);
      takenPages++;
      cursor = page + 1;
      pages[found++] = page;
    }
    return pages;
  }

  /** Notes that used pages hold bytes of a removed chunk. */
  void soil(Id user, int[] pages) {
    if (pages.length > 0) {
      dirty.addFirst(new Dirty(user, pages));
      dirtyPages += pages.length;
    }
  }

  /** Returns some dirty pages, or null. */
  @Nullable Dirty dirty() {
    return dirty.peekFirst();
  }

  /** Returns all dirty pages of a user. */
  List<Dirty> dirty(Id user) {
    return dirty.stream().filter(pages -> pages.user().equals(user)).toList();
  }

  /** Frees dirty pages that were overwritten. */
  @SuppressWarnings("ReferenceEquality") // compares with the object that this class returned
  void cleaned(Dirty pages) {
    for (Iterator<Dirty> all = dirty.iterator(); all.hasNext(); ) {
      if (all.next() == pages) {
        all.remove();
        dirtyPages -= pages.pages().length;
        takenPages -= pages.pages().length;
        for (int page : pages.pages()) {
          taken.clear(page);
        }
        return;
      }
    }
  }
}
