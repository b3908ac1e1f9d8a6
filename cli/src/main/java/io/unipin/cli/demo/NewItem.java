package io.unipin.cli.demo;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.proto.v1.Item;

/** Makes an item that was in no training data. */
final class NewItem {
  private NewItem() {}

  /**
   * Returns the smallest id that is at least the number of items and that the catalogue does not
   * have.
   */
  static long unusedId(Catalogue catalogue) {
    long id = catalogue.size();
    while (catalogue.row(id) != Catalogue.UNKNOWN) {
      id++;
    }
    return id;
  }

  /** Returns an item with another item's content, category and author, and without a key. */
  static Item like(CatalogueItem source, long id, long createdMs) {
    Item.Builder item =
        Item.newBuilder()
            .setId(id)
            .setTitle("New today: " + source.title())
            .setCategory(source.category())
            .setAuthor(source.author())
            .setCreatedMs(createdMs);
    for (float number : source.content()) {
      item.addContent(number);
    }
    return item.build();
  }
}
