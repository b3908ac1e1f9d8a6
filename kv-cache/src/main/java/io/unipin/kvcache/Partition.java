package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.RemovalListener;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Entries that compete with each other for one part of the budget: {@link EvictionOrder} says who goes when it is full,
 * Caffeine keeps them and drops those that are too old. Thread-safe.
 */
final class Partition {
  /** One part in 128 of the budget is left for blocks being written. */
  private static final int HEADROOM_SHIFT = 7;

  private final Cache<KvKey, KvEntry> cache;
  private final EvictionOrder order;

  Partition(long budgetBytes, KvCacheConfig config, RemovalListener<KvKey, KvEntry> gone) {
    order = new EvictionOrder(withoutHeadroom(budgetBytes));
    cache =
        Caffeine.newBuilder()
            .expireAfterAccess(config.timeToLive())
            .ticker(config.ticker())
            .scheduler(Scheduler.systemScheduler()) // what is too old goes without a request
            .executor(Runnable::run)
            .removalListener(
                (@Nullable KvKey key, @Nullable KvEntry entry, RemovalCause cause) -> {
                  if (key != null && entry != null) {
                    order.remove(key, entry);
                  }
                  gone.onRemoval(key, entry, cause);
                })
            .build();
  }

  private static long withoutHeadroom(long budgetBytes) {
    return budgetBytes - (budgetBytes >> HEADROOM_SHIFT);
  }

  /** Changes the part of the budget, and returns how many entries went. */
  int resize(long budgetBytes) {
    order.resize(withoutHeadroom(budgetBytes));
    return settle(null);
  }

  /** Returns the entry; its age begins anew. */
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

  /** Returns the entry; its age goes on. */
  @Nullable KvEntry peek(KvKey key) {
    return cache.policy().getIfPresentQuietly(key);
  }

  boolean holds(KvKey key) {
    return peek(key) != null;
  }

  /**
   * Says that a key gets an entry. To be called while the map computes the key: whoever drops it then waits until it is
   * there.
   */
  KvEntry welcome(KvKey key, KvEntry entry) {
    order.put(key, entry);
    return entry;
  }

  /** Drops those for whom there is no room, but never {@code newest}, and returns how many went. */
  int settle(@Nullable KvKey newest) {
    int gone = 0;
    for (Map.Entry<KvKey, KvEntry> next : order.overflow(newest)) {
      gone += cache.asMap().remove(next.getKey(), next.getValue()) ? 1 : 0;
    }
    return gone;
  }

  /** Drops entries that are too old. */
  void expire() {
    cache.cleanUp();
  }

  /** Returns up to {@code limit} entries that nobody leases, next to go first. */
  List<Map.Entry<KvKey, KvEntry>> coldest(int limit) {
    return order.first(limit, entry -> entry.block().leases() == 0);
  }

  /** The same of those that have units of this size. */
  List<Map.Entry<KvKey, KvEntry>> coldest(int limit, int unitBytes) {
    return order.first(
        limit,
        entry -> entry.block().leases() == 0 && entry.block().slab().unitBytes() == unitBytes);
  }

  /** Says that it is an entry's turn to go. */
  void pass(KvKey key, KvEntry entry) {
    order.pass(key, entry);
  }

  ConcurrentMap<KvKey, KvEntry> entries() {
    return cache.asMap();
  }
}
