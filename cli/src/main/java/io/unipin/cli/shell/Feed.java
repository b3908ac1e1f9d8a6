package io.unipin.cli.shell;

import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The page of one user that the shell shows, followed by the pages that {@code next} added. Also
 * holds the items shown before, with which the page is compared. Not thread-safe.
 */
final class Feed {
  private List<ScoredItem> before = List.of();
  private List<ScoredItem> shown = List.of();
  private String cursor = "";
  private int size;

  /** Returns the items shown since the last {@code page}, best first. The first has rank 1. */
  List<ScoredItem> items() {
    return shown;
  }

  /** Returns the cursor of the next page; empty if there is none. */
  String cursor() {
    return cursor;
  }

  /** Returns the page size that the last {@code page} asked for; 0 for the server's default. */
  int size() {
    return size;
  }

  /** Replaces all pages by a new first page. */
  void begin(RetrieveAndRankResponse page, int size) {
    this.before = shown;
    this.size = size;
    this.shown = List.copyOf(page.getItemsList());
    this.cursor = page.getNextPageCursor();
  }

  /** Adds the page that follows the last page. */
  void extend(RetrieveAndRankResponse page) {
    List<ScoredItem> longer = new ArrayList<>(shown);
    longer.addAll(page.getItemsList());
    this.shown = List.copyOf(longer);
    this.cursor = page.getNextPageCursor();
  }

  /**
   * Returns how the positions of all shown items differ from the positions on the page before:
   * {@code new}, {@code up 2}, {@code down 1}, or an empty text. Returns an empty map if there was
   * no page before. An item beyond the end of the page before is not marked as new.
   */
  Map<Long, String> changes() {
    Map<Long, Integer> old = new HashMap<>();
    before.forEach(item -> old.put(item.getItemId(), old.size() + 1));
    Map<Long, String> changes = new HashMap<>();
    for (int i = 0; i < shown.size() && !before.isEmpty(); i++) {
      int rank = i + 1;
      long id = shown.get(i).getItemId();
      Integer was = old.get(id);
      String absent = rank <= old.size() ? "new" : "";
      changes.put(id, was == null ? absent : moved(was - rank));
    }
    return changes;
  }

  private static String moved(int places) {
    return places == 0 ? "" : (places > 0 ? "up " : "down ") + Math.abs(places);
  }
}
