package io.unipin.serving.bundle;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.unipin.ann.ItemFilter;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Filters over what a catalogue says of its items. Those that requests share are kept, with their bits over the index.
 *
 * <p>Items stand by the time when they appeared, in blocks. What is kept is the filter of a block and of all later ones; a request's own
 * time leaves out a part of one block. So a time that moves with every request costs a search the ids of less than a block, and finds the
 * same kept filter again. Kept filters have a bound in bytes.
 *
 * <p>Thread-safe.
 */
public final class CatalogueFilters {
  private static final long LEAST_KEPT_BYTES = 64L << 20;
  private static final int BLOCKS = 256;
  private static final int LEAST_BLOCK = 64;
  private static final int ANY_AGE = -1;

  /** Beside the ids: objects and the bits over an index. */
  private static final int FIXED_BYTES = 256;

  /** Of the key: its objects, and a place per category; their texts are the catalogue's. */
  private static final int KEY_BYTES = 160;

  private static final int CATEGORY_BYTES = 16;

  private final Catalogue catalogue;

  /** Rows of known age, the oldest first, and their times. */
  private final int[] rows;

  private final long[] times;

  /** Each by itself, so that no kept key holds on to a request's own text. */
  private final Map<String, String> categories;

  private final int block;
  private final Cache<Asked, ItemFilter> kept;

  /** A filter that is kept; from the start of a block on, or {@link #ANY_AGE}. */
  private record Asked(Set<String> categories, int from) {}

  CatalogueFilters(Catalogue catalogue) {
    this(catalogue, Math.max(LEAST_KEPT_BYTES, 2 * bytes(catalogue.size(), catalogue.size(), 0)));
  }

  CatalogueFilters(Catalogue catalogue, long keptBytes) {
    this.catalogue = catalogue;
    this.rows =
        IntStream.range(0, catalogue.size())
            .filter(row -> catalogue.createdMs(row) != FeedLog.NO_TIME)
            .boxed()
            .sorted(Comparator.comparingLong(catalogue::createdMs))
            .mapToInt(Integer::intValue)
            .toArray();
    this.times = Arrays.stream(rows).mapToLong(catalogue::createdMs).toArray();
    this.block = Math.max(LEAST_BLOCK, rows.length / BLOCKS);
    Map<String, String> named = new HashMap<>();
    for (int row = 0; row < catalogue.size(); row++) {
      named.putIfAbsent(catalogue.category(row), catalogue.category(row));
    }
    this.categories = Collections.unmodifiableMap(named);
    this.kept =
        Caffeine.newBuilder()
            .maximumWeight(keptBytes)
            .<Asked, ItemFilter>weigher((asked, filter) -> weight(asked))
            .executor(Runnable::run)
            .build();
  }

  /**
   * Lets items pass that are of one of the categories and appeared no earlier than a time; one of unknown age did not.
   *
   * @param wanted categories; empty for any
   * @param createdSinceMs 0 for items of any age
   */
  public ItemFilter of(Set<String> wanted, long createdSinceMs) {
    if (wanted.isEmpty() && createdSinceMs == 0) {
      return ItemFilter.NONE;
    }
    Set<String> known =
        wanted.stream()
            .map(categories::get)
            .filter(Objects::nonNull)
            .collect(Collectors.toUnmodifiableSet());
    if (known.isEmpty() && !wanted.isEmpty()) {
      return ItemFilter.allowing();
    }
    int first = createdSinceMs == 0 ? ANY_AGE : first(createdSinceMs);
    int from = first == ANY_AGE ? ANY_AGE : first / block * block;
    ItemFilter shared = kept.get(new Asked(known, from), this::filter);
    return from == first ? shared : shared.and(ItemFilter.excluding(ids(from, first)));
  }

  /** The place of the first item that appeared at a time or later. */
  private int first(long timeMs) {
    int place = Arrays.binarySearch(times, timeMs);
    if (place < 0) {
      return -place - 1;
    }
    while (place > 0 && times[place - 1] == timeMs) {
      place--;
    }
    return place;
  }

  private ItemFilter filter(Asked asked) {
    IntStream candidates =
        asked.from() == ANY_AGE
            ? IntStream.range(0, catalogue.size())
            : IntStream.range(asked.from(), rows.length).map(place -> rows[place]);
    return ItemFilter.allowing(
        candidates
            .filter(
                row ->
                    asked.categories().isEmpty()
                        || asked.categories().contains(catalogue.category(row)))
            .mapToLong(catalogue::id)
            .toArray());
  }

  private long[] ids(int from, int to) {
    return IntStream.range(from, to).mapToLong(place -> catalogue.id(rows[place])).toArray();
  }

  /** An upper bound, whatever the categories leave. */
  private int weight(Asked asked) {
    int most = asked.from() == ANY_AGE ? catalogue.size() : rows.length - asked.from();
    return (int)
        Math.min(Integer.MAX_VALUE, bytes(most, catalogue.size(), asked.categories().size()));
  }

  private static long bytes(long passing, long all, long named) {
    return Long.BYTES * passing
        + all / Byte.SIZE
        + FIXED_BYTES
        + KEY_BYTES
        + CATEGORY_BYTES * named;
  }

  /** Bytes of all kept filters. */
  long keptBytes() {
    kept.cleanUp();
    return kept.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }
}
