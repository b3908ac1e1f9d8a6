package io.unipin.serving.items;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server's knowledge of the item with a certain id.
 *
 * @param item the kept item; null if the store has no item with this id
 * @param places one entry for each bundle in service, in the order of their holders
 */
public record ItemStanding(@Nullable PutItem item, List<ItemPlace> places) {
  public ItemStanding {
    places = List.copyOf(places);
  }
}
