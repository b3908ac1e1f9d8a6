package io.unipin.serving.items;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server knows of an id.
 *
 * @param item the item as it is kept; null if none was put
 * @param places one entry for each holder that has a bundle, in the order of the holders
 */
public record ItemStanding(@Nullable PutItem item, List<ItemPlace> places) {
  public ItemStanding {
    places = List.copyOf(places);
  }
}
