package io.unipin.serving.items;

import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.serving.items.live.LiveItem;

/**
 * A put item with the revision under which the store keeps it.
 *
 * @param revision number of the put; a later put has a higher number
 */
record StoredItem(long revision, PutItem item) {
  long id() {
    return item.id();
  }

  /** Returns the item in the form in which a bundle serves it. */
  LiveItem live() {
    return new LiveItem(
        item.id(),
        revision,
        item.title(),
        item.category(),
        item.author(),
        createdMs(),
        item.expiresMs(),
        item.key(),
        ItemCodec.contentNumber(item));
  }

  /** Returns the item in the form in which a feed log holds it. */
  CatalogueItem catalogued() {
    return new CatalogueItem(
        item.id(),
        item.title(),
        item.category(),
        createdMs(),
        item.content(),
        item.author(),
        item.key(),
        item.attributes());
  }

  private long createdMs() {
    return item.createdMs() == 0 ? FeedLog.NO_TIME : item.createdMs();
  }
}
