package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.RemovalListener;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of entries that compete for one part of the budget. Thread-safe.
 *
 * <p>{@link EvictionOrder} chooses the entries to evict when the part is full. Caffeine holds the
 * entries and drops the entries that are past their time to live.
 */
final class Partition {
  /** A partition leaves 1/128 of its part free, for blocks that are being written. */
  private static final int HEADROOM_SHIFT = 7;

  private final Cache<KvKey, KvEntry> cache;
  private final EvictionOrder order;
  private final Departures departures;

  /**
   * The listeners that hear of entries that leave.
   *
   * @param leaving receives the entries that the eviction order or their age removes, while each
   *     entry still has its share of its block
   * @param gone receives all entries that left
   */
  record Departures(BiConsumer<KvKey, KvEntry> leaving, RemovalListener<KvKey, KvEntry> gone) {}

  Partition(long budgetBytes, KvCacheLimits limits, Departures departures) {
    this.departures = departures;
    order = new EvictionOrder(withoutHeadroom(budgetBytes));
    cache =
        Caffeine.newBuilder()
            .expireAfterAccess(limits.timeToLive())
            .ticker(limits.ticker())
            .scheduler(Scheduler.systemScheduler()) // entries expire even without requests
            .executor(Runnable::run)
            .removalListener(
                (@Nullable KvKey key, @Nullable KvEntry entry, RemovalCause cause) -> {
                  if (key != null && entry != null) {
                    if (cause == RemovalCause.EXPIRED) {
                      departures.leaving().accept(key, entry);
                    }
                    order.remove(key, entry);
                  }
                  departures.gone().onRemoval(key, entry, cause);
                })
            .build();
  }

  private static long withoutHeadroom(long budgetBytes) {
    return budgetBytes - (budgetBytes >> HEADROOM_SHIFT);
  }

  /** Changes the size of the part, and returns how many entries were evicted. */
  int resize(long budgetBytes) {
    order.resize(withoutHeadroom(budgetBytes));
    return settle(null);
  }

  /** Returns the key's entry or null. Restarts the entry's time to live. */
  @Nullable KvEntry find(KvKey key) {
    KvEntry entry = cache.getIfPresent(key);
    if (entry != null) {
      order.seen(key);
    }
    return entry;
  }

  /** Counts a request for a key. */
  void use(KvKey key) {
    order.used(key);
  }

  /** Returns the number of requests for a key, as far as the partition remembers them. */
  int uses(KvKey key) {
    return order.uses(key);
  }

  /** Returns the key's entry or null. Does not restart its time to live. */
  @Nullable KvEntry peek(KvKey key) {
    return cache.policy().getIfPresentQuietly(key);
  }

  boolean holds(KvKey key) {
    return peek(key) != null;
  }

  /**
   * Adds the key's entry to the eviction order.
   *
   * <p>The caller must be inside the map's compute on this key. So a thread that drops the key
   * waits until the entry is in the map.
   */
  KvEntry welcome(KvKey key, KvEntry entry) {
    order.put(key, entry);
    return entry;
  }

  /**
   * Evicts entries until the other entries fit into the part, but never the entry of
   * {@code newest}. Returns how many entries were evicted.
   */
  int settle(@Nullable KvKey newest) {
    int gone = 0;
    for (Map.Entry<KvKey, KvEntry> next : order.overflow(newest)) {
      departures.leaving().accept(next.getKey(), next.getValue());
      gone += cache.asMap().remove(next.getKey(), next.getValue()) ? 1 : 0;
    }
    return gone;
  }

  /** Drops the entries that are past their time to live. */
  void expire() {
    cache.cleanUp();
  }

  /** Returns up to {@code limit} entries without leases, in eviction order. */
  List<Map.Entry<KvKey, KvEntry>> coldest(int limit) {
    return order.first(limit, entry -> entry.block().leases() == 0);
  }

  /**
   * Returns up to {@code limit} entries in eviction order. Their blocks have no leases and consist
   * of units of this size.
   */
  List<Map.Entry<KvKey, KvEntry>> coldest(int limit, int unitBytes) {
    return order.first(
        limit,
        entry -> entry.block().leases() == 0 && entry.block().slab().unitBytes() == unitBytes);
  }

  /** Notes that an entry is about to be evicted because it is next in the order. */
  void pass(KvKey key, KvEntry entry) {
    order.pass(key, entry);
  }

  ConcurrentMap<KvKey, KvEntry> entries() {
    return cache.asMap();
  }
}
