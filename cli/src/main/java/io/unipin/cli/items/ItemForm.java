package io.unipin.cli.items;

import io.unipin.cli.console.CommandException;
import io.unipin.proto.v1.Item;
import io.unipin.settings.Nearest;
import java.util.List;
import java.util.Map;

/** Builds one item from named texts, by the rules for the rows of a file of items. */
public final class ItemForm {
  private static final String ID = "item_id";

  private ItemForm() {}

  /** Returns the names of the values that an item may have. */
  public static List<String> names() {
    return ItemRows.COLUMNS;
  }

  /**
   * Returns the item that has these values. The name {@code id} stands for {@code item_id}.
   *
   * @throws CommandException for an unknown name, or a value that does not fit
   */
  public static Item of(Map<String, String> values) {
    ItemValues item = new ItemValues("item");
    values.forEach(
        (given, value) -> {
          String name = given.equals("id") ? ID : given;
          if (!names().contains(name)) {
            throw new CommandException(
                "one of %s expected, got '%s'%s"
                    .formatted(names(), given, Nearest.hint(given, names())));
          }
          item.set(name, value);
        });
    ItemRow row = item.row();
    Item read = row.item();
    if (read == null) {
      throw new CommandException(row.fault());
    }
    return read;
  }
}
