package io.unipin.serving.items;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Builds the catalogue of the next training: a bundle's items and the items that callers put. */
public final class GrownCatalogue {
  private GrownCatalogue() {}

  /**
   * Returns a bundle's items in their order, followed by the put items that the bundle does not
   * know. A put item is left out if its content vector has another dimension than the bundle's
   * content vectors. If one key was put under several ids, because bundles had different ids for
   * it, only the item that was put last is taken.
   *
   * @param folder folder of the store; a server may be using it
   * @param notes receives one sentence if items are left out
   */
  public static Catalogue of(Catalogue bundle, Path folder, Consumer<String> notes) {
    List<CatalogueItem> items =
        new ArrayList<>(IntStream.range(0, bundle.size()).mapToObj(bundle::item).toList());
    int unfit = 0;
    List<StoredItem> kept = ItemStore.list(folder);
    Map<String, Long> newest = new HashMap<>();
    kept.forEach(stored -> newest.merge(stored.item().key(), stored.revision(), Math::max));
    for (StoredItem stored : kept) {
      PutItem put = stored.item();
      boolean isOld = newest.getOrDefault(put.key(), 0L) > stored.revision();
      if (ItemFit.isKnown(bundle, put) || (isOld && !put.key().isEmpty())) {
        continue; // the bundle has an item with this id or key, or the key was put again
      }
      if (put.content().length == 0 || put.content().length == bundle.contentDim()) {
        items.add(stored.catalogued());
      } else {
        unfit++;
      }
    }
    if (unfit > 0) {
      notes.accept(
          "left out %s items that were put: content of %s numbers expected, as the bundle's items have"
              .formatted(unfit, bundle.contentDim()));
    }
    return Catalogue.of(items);
  }
}
