package io.unipin.serving.bundle;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.unipin.ann.ItemFilter;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.serving.items.live.ItemView;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Filters on the categories and ages of a bundle's items. Filters that requests can share are
 * cached. A cached filter includes the bits that the index computed for it, one bit per item.
 *
 * <p>Items are sorted by the time of their appearance and divided into blocks. A cached filter
 * covers one block and all later blocks. A request then excludes those items of the first block
 * that are older than the request's limit.
 *
 * <p>So two requests with slightly different limits share a cached filter. Each request excludes
 * fewer ids than one block has. The total bytes of the cached filters are bounded.
 *
 * <p>For a bundle with live items, one filter combines the catalogue's filter and the live items
 * that pass. The combined filter is cached until live items change. The catalogue's filter stays
 * cached. A request with a limit on age also looks at every live item once.
 *
 * <p>Thread-safe.
 */
public final class CatalogueFilters {
  private static final long LEAST_KEPT_BYTES = 64L << 20;
  private static final int BLOCKS = 256;
  private static final int LEAST_BLOCK = 64;
  private static final int ANY_AGE = -1;

  /**
   * Bytes of a filter's objects, in addition to its ids and to its bits for the items of the index.
   */
  private static final int FIXED_BYTES = 256;

  /**
   * Bytes of a key's objects, in addition to {@link #CATEGORY_BYTES} for each category. The texts
   * of categories do not count, because they belong to the catalogue.
   */
  private static final int KEY_BYTES = 160;

  private static final int CATEGORY_BYTES = 16;

  /** Bytes of a text's objects, in addition to two bytes for each character. */
  private static final int TEXT_BYTES = 64;

  private final Catalogue catalogue;

  /**
   * Catalogue rows of the items whose time of appearance is known, oldest first. {@code times}
   * holds their times in the same order.
   */
  private final int[] rows;

  private final long[] times;

  /**
   * The catalogue's own text of each category. Cached keys use these texts, so they do not keep
   * texts of requests alive.
   */
  private final Map<String, String> categories;

  private final int block;
  private final Cache<Asked, ItemFilter> kept;

  private final long keptBytes;

  /**
   * The cached filters that include live items, for the newest version of the live items that a
   * request has used.
   */
  private volatile LiveFilters keptLive;

  /** The cached filters that include the live items of one version. */
  private record LiveFilters(long version, Cache<Asked, ItemFilter> kept) {}

  /**
   * The key of a cached filter. {@code from} is the index in {@code rows} at which a block begins,
   * or {@link #ANY_AGE}.
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
    this.keptBytes = keptBytes;
    this.keptLive = liveFilters(keptBytes, -1);
  }

  private LiveFilters liveFilters(long most, long version) {
    return new LiveFilters(
        version,
        Caffeine.newBuilder()
            .maximumWeight(most)
            .<Asked, ItemFilter>weigher(this::weight)
            .executor(Runnable::run)
            .build());
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
    int first = first(createdSinceMs);
    int from = blockOf(first);
    ItemFilter shared = shared(wanted, from);
    return from == first ? shared : shared.and(ItemFilter.excluding(ids(from, first)));
  }

  /** Returns the same filter as {@link #of(Set, long)}, extended to live items. */
  public ItemFilter of(Set<String> wanted, long createdSinceMs, ItemView items) {
    if (items.size() == catalogue.size() || (wanted.isEmpty() && createdSinceMs == 0)) {
      return of(wanted, createdSinceMs);
    }
    int first = first(createdSinceMs);
    int from = blockOf(first);
    long before = before(from);
    ItemFilter shared =
        keptLive(items.version())
            .get(
                new Asked(wanted, from),
                asked -> shared(wanted, from).also(items.liveIds(wanted, before)));
    if (from == ANY_AGE) {
      return shared;
    }
    LongStream tooOld = LongStream.of(items.liveIdsBetween(before, createdSinceMs));
    return shared.and(
        ItemFilter.excluding(LongStream.concat(LongStream.of(ids(from, first)), tooOld).toArray()));
  }

  /**
   * Returns the cached filters of a version. The filters of earlier versions are dropped at once,
   * because no new request asks for them.
   */
  private Cache<Asked, ItemFilter> keptLive(long version) {
    LiveFilters now = keptLive;
    if (now.version() == version) {
      return now.kept();
    }
    LiveFilters next = liveFilters(keptBytes, version);
    if (now.version() < version) {
      keptLive = next; // if two threads get here at once, one cache is lost and filled again
    }
    return next.kept();
  }

  /**
   * Returns the cached filter for items of the wanted categories. It rejects the catalogue's items
   * that stand before index {@code from} in {@code rows}.
   */
  private ItemFilter shared(Set<String> wanted, int from) {
    Set<String> known =
        wanted.stream()
            .map(categories::get)
            .filter(Objects::nonNull)
            .collect(Collectors.toUnmodifiableSet());
    return known.isEmpty() && !wanted.isEmpty()
        ? ItemFilter.allowing()
        : kept.get(new Asked(known, from), this::filter);
  }

  private int blockOf(int first) {
    return first == ANY_AGE ? ANY_AGE : first / block * block;
  }

  /**
   * Returns a time that is earlier than the limit {@code createdSinceMs} of each request whose
   * cached filter has this {@code from}; {@link FeedLog#NO_TIME} if items of any age pass.
   */
  private long before(int from) {
    if (from == ANY_AGE) {
      return FeedLog.NO_TIME;
    }
    return from == 0 ? FeedLog.NO_TIME + 1 : times[from - 1];
  }

  /**
   * Returns the index in {@code rows} of the first item that appeared at the given time or later;
   * {@link #ANY_AGE} for time 0.
   */
  private int first(long timeMs) {
    if (timeMs == 0) {
      return ANY_AGE;
    }
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

  /**
   * Returns an upper bound of the filter's bytes. The bound does not depend on how many items the
   * categories exclude.
   */
  private int weight(Asked asked) {
    int most = asked.from() == ANY_AGE ? catalogue.size() : rows.length - asked.from();
    return (int)
        Math.min(Integer.MAX_VALUE, bytes(most, catalogue.size(), asked.categories().size()));
  }

  /** Returns an upper bound of the bytes of a filter with live items, and of its key's texts. */
  private int weight(Asked asked, ItemFilter filter) {
    long texts =
        asked.categories().stream().mapToLong(text -> TEXT_BYTES + 2L * text.length()).sum();
    long shared = weight(asked); // the filter holds a reference to the shared filter
    long bits = bytes(0, catalogue.size(), 0);
    return (int) Math.min(Integer.MAX_VALUE, shared + bits + texts + Long.BYTES * filter.ownIds());
  }

  private static long bytes(long passing, long all, long named) {
    return Long.BYTES * passing
        + all / Byte.SIZE
        + FIXED_BYTES
        + KEY_BYTES
        + CATEGORY_BYTES * named;
  }

  /** Returns the bytes of all cached filters without live items. */
  long keptBytes() {
    return weighed(kept);
  }

  /** Returns the bytes of all cached filters with live items. */
  long keptLiveBytes() {
    return weighed(keptLive.kept());
  }

  private static long weighed(Cache<?, ItemFilter> cache) {
    cache.cleanUp();
    return cache.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }
}
