package io.unipin.cli.items;

import io.unipin.proto.v1.Item;
import org.jspecify.annotations.Nullable;

/**
 * A row of a file of items. The row has either an item or a fault.
 *
 * @param place name of the file and number of the row, for messages
 * @param item the item; null for a row with a fault
 * @param fault error message that says what was expected and what was found; empty for a row with
 *     an item
 */
record ItemRow(String place, @Nullable Item item, String fault) {
  static ItemRow of(String place, Item item) {
    return new ItemRow(place, item, "");
  }

  static ItemRow refused(String place, String fault) {
    return new ItemRow(place, null, fault);
  }
}
