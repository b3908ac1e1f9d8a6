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
 * Filters on the categories and ages of items in a catalogue. Filters that requests can share are
 * cached, together with their bits over the index.
 *
 * <p>Items are sorted by the time of their appearance and divided into blocks. A cached filter
 * covers one block and all later ones. The request's own time then excludes part of the first
 * block.
 *
 * <p>So two requests with slightly different times share a cached filter. Each search adds only the
 * ids of less than one block. The cached filters have a bound in bytes.
 *
 * <p>Thread-safe.
 */
public final class CatalogueFilters {
  private static final long LEAST_KEPT_BYTES = 64L << 20;
  private static final int BLOCKS = 256;
  private static final int LEAST_BLOCK = 64;
  private static final int ANY_AGE = -1;

  /** Bytes of a filter's objects, without its ids and its bits over the index. */
  private static final int FIXED_BYTES = 256;

  /**
   * Bytes of a key's objects, without one place per category. The texts belong to the catalogue.
   */
  private static final int KEY_BYTES = 160;

  private static final int CATEGORY_BYTES = 16;

  private final Catalogue catalogue;

  /** Rows of items with a known time, oldest first, with their times. */
  private final int[] rows;

  private final long[] times;

  /**
   * The catalogue's own text of each category. Cached keys use these texts, so they do not keep
   * texts of requests alive.
   */
  private final Map<String, String> categories;

  private final int block;
  private final Cache<Asked, ItemFilter> kept;

  /**
   * The key of a cached filter. {@code from} is the first place of a block, or {@link #ANY_AGE}.
   */
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
   * Returns a filter for items of the given categories that appeared at the given time or later. It
   * rejects items of unknown age unless any age is allowed.
   *
   * @param wanted allowed categories; empty for any
   * @param createdSinceMs earliest time, in milliseconds since the epoch; 0 for items of any age
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

  /** Returns the place of the first item that appeared at the given time or later. */
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

  /** Returns an upper bound of the filter's bytes, whatever its categories exclude. */
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

  /** Returns the bytes of all cached filters. */
  long keptBytes() {
    kept.cleanUp();
    return kept.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }
}
