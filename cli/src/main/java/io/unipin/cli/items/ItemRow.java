package io.unipin.cli.items;

import io.unipin.proto.v1.Item;
import org.jspecify.annotations.Nullable;

/**
 * A row of a file of items: an item, or what is wrong with the row.
 *
 * @param place file and row, for messages
 * @param item the item; null for a row with a fault
 * @param fault what was expected and what came; empty for an item
 */
record ItemRow(String place, @Nullable Item item, String fault) {
  static ItemRow of(String place, Item item) {
    return new ItemRow(place, item, "");
  }

  static ItemRow refused(String place, String fault) {
    return new ItemRow(place, null, fault);
  }
}
