package io.unipin.serving.bundle;

import io.unipin.ann.ItemFilter;
import io.unipin.data.Catalogue;
import io.unipin.data.FeedLog;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Filters over what a catalogue says of its items. Those asked for last are kept, with their bits over the index: many requests
 * ask for the same.
 *
 * <p>Thread-safe.
 */
public final class CatalogueFilters {
  private static final int KEPT = 64;

  private final Catalogue catalogue;
  private final Map<Asked, ItemFilter> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Asked, ItemFilter> eldest) {
              return size() > KEPT;
            }
          });

  private record Asked(Set<String> categories, long createdSinceMs) {}

  CatalogueFilters(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /**
   * Lets items pass that are of one of the categories and appeared no earlier than a time; one of unknown age did not.
   *
   * @param categories empty for any
   * @param createdSinceMs 0 for items of any age
   */
  public ItemFilter of(Set<String> categories, long createdSinceMs) {
    if (categories.isEmpty() && createdSinceMs == 0) {
      return ItemFilter.NONE;
    }
    Asked asked = new Asked(Set.copyOf(categories), createdSinceMs);
    ItemFilter filter = known.get(asked);
    if (filter == null) {
      filter = ItemFilter.allowing(passing(asked)); // outside of the map's lock
      known.put(asked, filter);
    }
    return filter;
  }

  private long[] passing(Asked asked) {
    return IntStream.range(0, catalogue.size())
        .filter(
            row ->
                asked.categories().isEmpty()
                    || asked.categories().contains(catalogue.category(row)))
        .filter(row -> asked.createdSinceMs() == 0 || isSince(row, asked.createdSinceMs()))
        .mapToLong(catalogue::id)
        .toArray();
  }

  private boolean isSince(int row, long timeMs) {
    long created = catalogue.createdMs(row);
    return created != FeedLog.NO_TIME && created >= timeMs;
  }
}
