package io.unipin.serving.keys;

import io.unipin.feedlog.ItemKeys;
import io.unipin.serving.items.live.LiveItems;
import io.unipin.settings.Nearest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Ids and keys of the items of some bundles. If several bundles have an item with the same key or
 * id, the first of these bundles decides. Thread-safe.
 */
public final class ItemNames {
  /** The names without any bundle. In these names, no item has a key. */
  public static final ItemNames NONE = new ItemNames(List.of());

  private static final int MOST_KEYS = 50_000;
  private static final int MOST_SLIPS = 3;

  private final List<LiveItems> bundles;

  private ItemNames(List<LiveItems> bundles) {
    this.bundles = List.copyOf(bundles);
  }

  /** Returns the names of the items of these bundles. */
  public static ItemNames of(List<LiveItems> bundles) {
    return new ItemNames(bundles);
  }

  /**
   * Returns the id of the item with a key. If no bundle has the key, returns the id that an import
   * derives from the key. A put by key derives the same id.
   */
  public long id(String key) {
    for (LiveItems bundle : bundles) {
      OptionalLong id = bundle.ownId(key);
      if (id.isPresent()) {
        return id.getAsLong();
      }
    }
    return ItemKeys.id(key);
  }

  /**
   * Returns the key of a bundle that is nearest to an unknown key; empty if no key is near. Looks
   * at the first {@value #MOST_KEYS} items of each bundle.
   */
  public Optional<String> nearest(String key) {
    List<String> near =
        bundles.stream()
            .flatMap(bundle -> bundle.ownKeys(MOST_KEYS))
            .filter(known -> Math.abs(known.length() - key.length()) <= MOST_SLIPS)
            .toList();
    return Nearest.of(key, near);
  }

  /** Returns the key of an item; empty when the item has no key or is unknown. */
  public String key(long id) {
    for (LiveItems bundle : bundles) {
      String key = bundle.key(id);
      if (!key.isEmpty()) {
        return key;
      }
    }
    return "";
  }
}
