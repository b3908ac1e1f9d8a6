package io.unipin.counts;

import io.unipin.feedlog.Catalogue;
import java.util.Map;
import java.util.TreeMap;

/** Reads from tables of counts how often items were shown. */
public final class ShownCounts {
  private ShownCounts() {}

  /**
   * Returns the number of impressions by surface and item id, such as {@code home 5001}. An item
   * that fewer than two users saw on a surface is missing.
   *
   * @param catalogue the catalogue of the counted log
   */
  public static Map<String, Long> bySurface(CountTables tables, Catalogue catalogue) {
    CountLayout layout = tables.layout();
    CountTable table = tables.data().table(CountKey.SURFACE_ITEM);
    int window = layout.windows(CountKey.SURFACE_ITEM).indexOf(CountWindow.ALL);
    Map<String, Long> shown = new TreeMap<>();
    for (int row = 0; row < table.size(); row++) {
      String surface = layout.surfaces().get((int) (table.key(row) / layout.items()));
      long id = catalogue.id((int) (table.key(row) % layout.items()));
      shown.put(surface + " " + id, (long) table.shown(row, window));
    }
    return shown;
  }
}
