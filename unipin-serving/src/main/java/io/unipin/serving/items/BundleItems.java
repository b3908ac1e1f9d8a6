package io.unipin.serving.items;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.items.ItemPlace.Service;
import io.unipin.serving.items.live.LiveItems;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the items of one loaded bundle up to date with the store. The item tower of the bundle's
 * model embeds the live items. Not thread-safe: callers hold the lock of {@link ItemChanges}.
 */
final class BundleItems {
  private static final Logger logger = LoggerFactory.getLogger(BundleItems.class);

  /** Why an item is not served whose vector is not finite. */
  static final String NOT_EMBEDDED =
      "content: numbers from which the bundle's model computes a finite vector expected, got others";

  /** Number of items that are embedded or restored in one step. */
  private static final int BATCH = 4096;

  private final LoadedBundle bundle;
  private final int limit;
  private final LiveItems live;

  /** Creates an instance for a bundle, which serves at most {@code limit} live items. */
  BundleItems(LoadedBundle bundle, int limit) {
    this.bundle = bundle;
    this.limit = limit;
    this.live = bundle.items();
  }

  /**
   * Embeds items that fit the bundle with the bundle's item tower. Leaves out items whose vector is
   * not finite, for example because their content is too large.
   */
  Embedded embed(List<StoredItem> items) {
    if (items.isEmpty()) {
      return Embedded.NONE;
    }
    ModelConfig model = bundle.model().config();
    int dimension = model.contentDim();
    float[] contents = new float[Math.multiplyExact(items.size(), dimension)];
    for (int i = 0; i < items.size(); i++) {
      System.arraycopy(items.get(i).item().content(), 0, contents, i * dimension, dimension);
    }
    AttributeBags attributes =
        AttributeBags.of(items.size(), i -> ItemFit.attributes(model, items.get(i).item()));
    return Embedded.finite(items, bundle.model().embed(contents, attributes));
  }

  /**
   * Makes the bundle serve these stored items, except for items that do not fit the bundle or for
   * which it has no room.
   *
   * @return whether the bundle had room for all items that fit it
   */
  boolean serve(List<StoredItem> items) {
    List<StoredItem> served = new ArrayList<>();
    int room = limit - live.size();
    boolean complete = true;
    LongStream.Builder own = LongStream.builder();
    LongStream.Builder unfit = LongStream.builder();
    for (StoredItem stored : items) {
      ItemFit fit = ItemFit.of(bundle, stored.item());
      long old = live.revision(stored.id());
      if (fit.outcome() == Outcome.KNOWN_BY_BUNDLE) {
        live.expire(stored.id(), stored.item().expiresMs());
        own.add(stored.id());
      } else if (fit.isServed() && old != stored.revision()) {
        room -= old < 0 ? 1 : 0;
        if (old >= 0 || room >= 0) {
          served.add(stored);
        } else {
          complete = false;
        }
      } else if (!fit.isServed() && old >= 0) {
        unfit.add(stored.id()); // the bundle serves an earlier revision that did fit
      }
    }
    restoreOwn(own.build().toArray());
    bundle.remove(unfit.build().toArray());
    List<StoredItem> added = served.subList(0, Math.min(live.available(), served.size()));
    addFinite(added);
    return complete && added.size() == served.size();
  }

  /** Adds items that fit the bundle, except those that the bundle cannot embed. */
  private void addFinite(List<StoredItem> items) {
    Embedded embedded = embed(items);
    add(embedded);
    if (embedded.items().size() < items.size()) {
      logger.warn(
          "bundle {} can't embed {} items that were put",
          bundle.name(),
          items.size() - embedded.items().size());
    }
  }

  /** Adds items that fit the bundle. */
  void add(Embedded embedded) {
    if (!embedded.items().isEmpty()) {
      bundle.add(embedded.items().stream().map(StoredItem::live).toList(), embedded.rows());
    }
  }

  /**
   * Adds the bundle's own items with these ids to the index again, if the index lacks them. The
   * restored items get the bundle's own vectors.
   */
  void restoreOwn(long... ids) {
    Catalogue catalogue = bundle.catalogue();
    long[] known = LongStream.of(ids).filter(id -> catalogue.row(id) >= 0).distinct().toArray();
    long[] back = known.length == 0 ? known : bundle.index().missing(known);
    if (back.length == 0) {
      return;
    }
    int dimension = bundle.index().dimension();
    FloatBuffer own = bundle.model().itemTable();
    float[] vectors = new float[Math.multiplyExact(back.length, dimension)];
    for (int i = 0; i < back.length; i++) {
      own.get(catalogue.row(back[i]) * dimension, vectors, i * dimension, dimension);
    }
    bundle.index().upsert(back, vectors);
  }

  /** Returns whether the bundle serves an id, and with which item. */
  ItemPlace place(int holder, long id, @Nullable StoredItem stored, boolean isDeleted) {
    Service service;
    String reason = "";
    if (live.revision(id) >= 0) {
      service = Service.SERVED;
    } else if (bundle.catalogue().row(id) != Catalogue.UNKNOWN && bundle.index().holds(id)) {
      service = Service.OWN_ITEM;
    } else {
      service = Service.NOT_SERVED;
      reason = absence(stored, isDeleted);
    }
    return new ItemPlace(holder, bundle.name(), service, reason);
  }

  /** Returns why the bundle does not serve an item. */
  String absence(@Nullable StoredItem stored, boolean isDeleted) {
    if (isDeleted) {
      return "an item expected that is not deleted, got a deleted one";
    }
    if (stored == null) {
      return "an item of the bundle or one that was put expected, got neither";
    }
    ItemFit fit = ItemFit.of(bundle, stored.item());
    if (!fit.isServed()) {
      return fit.reason();
    }
    // A full bundle refuses many items at once, and embeds none of them to find the reason.
    boolean hasRoom = live.size() < limit && live.available() > 0;
    return hasRoom && embed(List.of(stored)).items().isEmpty()
        ? NOT_EMBEDDED
        : "room for the item expected, got none";
  }

  /**
   * Brings the bundle up to date with the store.
   *
   * @return whether the bundle had room for all items that fit it
   */
  boolean settle(ItemStore store) {
    StoreIndex index = store.index();
    bundle.index().delete(index.deleted());
    restoreAllOwn(index);
    bundle.remove(LongStream.of(live.ids()).filter(id -> !index.holds(id)).toArray());
    Settling settling = new Settling();
    store.forEach(settling::take);
    return settling.end();
  }

  private void restoreAllOwn(StoreIndex index) {
    Catalogue catalogue = bundle.catalogue();
    long gone = LongStream.of(index.deleted()).filter(id -> catalogue.row(id) >= 0).count();
    for (int from = 0;
        bundle.index().size() - live.size() < catalogue.size() - gone && from < catalogue.size();
        from += BATCH) {
      restoreOwn(
          IntStream.range(from, Math.min(catalogue.size(), from + BATCH))
              .mapToLong(catalogue::id)
              .filter(id -> !index.isDeleted(id))
              .toArray());
    }
  }

  /** Takes the store's items one by one, and makes the bundle serve them in batches. */
  private final class Settling {
    private final List<StoredItem> batch = new ArrayList<>();
    private boolean complete = true;
    private int taken;
    private int unserved;
    private String example = "";

    void take(StoredItem stored) {
      taken++;
      ItemFit fit = ItemFit.of(bundle, stored.item());
      if (fit.outcome() == Outcome.NOT_SERVED || fit.outcome() == Outcome.REFUSED) {
        unserved++;
        example = "item " + stored.id() + ": " + fit.reason();
      }
      batch.add(stored);
      if (batch.size() == BATCH) {
        flush();
      }
    }

    private void flush() {
      complete &= serve(batch);
      batch.clear();
    }

    boolean end() {
      flush();
      if (unserved > 0) {
        logger.warn(
            "bundle {} does not serve {} of {} items that were put, such as {}",
            bundle.name(),
            unserved,
            taken,
            example);
      }
      if (!complete) {
        logger.warn(
            "bundle {} has no room for all of {} items that were put; see items.limit",
            bundle.name(),
            taken);
      }
      return complete;
    }
  }
}
