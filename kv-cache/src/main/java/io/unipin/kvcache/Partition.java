package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.RemovalListener;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Entries that compete with each other for one part of the budget. Thread-safe.
 *
 * <p>Most of it belongs to a {@link RecencyWindow} of newcomers, whose entries weigh nothing for Caffeine; the rest to
 * those that left it and won by frequency.
 *
 * <p>Source of the policy: G. Einziger, R. Friedman, B. Manes, "TinyLFU: A Highly Efficient Cache Admission Policy",
 * ACM Transactions on Storage 13(4), 2017, as in Caffeine.
 */
final class Partition {
  /** One part in 32 of the budget is left for blocks being written. */
  private static final int HEADROOM_SHIFT = 5;

  /** One part in eight is for entries that won by frequency. */
  private static final int FREQUENT_SHIFT = 3;

  /** Entries that are looked at, at most, for one that may go. */
  private static final int SEEN_PER_COLDEST = 4;

  private final Cache<KvKey, KvEntry> cache;
  private final Policy.Eviction<KvKey, KvEntry> eviction;
  private final RecencyWindow window;

  Partition(long budgetBytes, KvCacheConfig config, RemovalListener<KvKey, KvEntry> gone) {
    long bytes = withoutHeadroom(budgetBytes);
    window = new RecencyWindow(newcomers(bytes));
    cache =
        Caffeine.newBuilder()
            .maximumWeight(bytes - newcomers(bytes))
            .weigher(this::weight)
            .expireAfterAccess(config.timeToLive())
            .ticker(config.ticker())
            .scheduler(Scheduler.systemScheduler()) // what is too old goes without a request
            .executor(Runnable::run)
            .removalListener(
                (@Nullable KvKey key, @Nullable KvEntry entry, RemovalCause cause) -> {
                  leave(key, entry);
                  gone.onRemoval(key, entry, cause);
                })
            .build();
    eviction = cache.policy().eviction().orElseThrow();
  }

  private static long withoutHeadroom(long budgetBytes) {
    return budgetBytes - (budgetBytes >> HEADROOM_SHIFT);
  }

  private static long newcomers(long bytes) {
    return bytes - (bytes >> FREQUENT_SHIFT);
  }

  private void leave(@Nullable KvKey key, @Nullable KvEntry entry) {
    if (key != null && entry != null) {
      window.remove(key, entry);
    }
  }

  /** Changes the part of the budget. */
  void resize(long budgetBytes) {
    long bytes = withoutHeadroom(budgetBytes);
    window.resize(newcomers(bytes));
    eviction.setMaximum(bytes - newcomers(bytes));
    settle();
  }

  private int weight(KvKey key, KvEntry entry) {
    return window.holds(key) ? 0 : Math.toIntExact(entry.block().bytes());
  }

  /** Returns the entry; it counts as used. */
  @Nullable KvEntry find(KvKey key) {
    KvEntry entry = cache.getIfPresent(key);
    if (entry != null) {
      window.used(key);
    }
    return entry;
  }

  /** Returns the entry; it doesn't count as used. */
  @Nullable KvEntry peek(KvKey key) {
    return cache.policy().getIfPresentQuietly(key);
  }

  boolean holds(KvKey key) {
    return peek(key) != null;
  }

  /** Says that a key is about to get an entry, before it is weighed. */
  void welcome(KvKey key, KvEntry entry) {
    if (window.holds(key) || !cache.asMap().containsKey(key)) {
      window.put(key, entry);
    }
  }

  /** Takes back what {@link #welcome} said. */
  void dismiss(KvKey key, KvEntry entry) {
    window.remove(key, entry);
  }

  /** Says that the entry of a key becomes a shorter one of the same block. */
  void shorten(KvKey key, KvEntry longer, KvEntry shorter) {
    window.replace(key, longer, shorter);
  }

  /** Has those who leave the window stand their ground by frequency. */
  void settle() {
    for (KvKey key : window.overflow()) {
      cache.asMap().computeIfPresent(key, (same, entry) -> entry); // has it weighed again
    }
  }

  /** Drops entries that are too old. */
  void expire() {
    cache.cleanUp();
  }

  /**
   * Returns up to {@code limit} entries that nobody leases and that have units of this size, next to go first; newcomers
   * only when there are no others.
   */
  List<Map.Entry<KvKey, KvEntry>> coldest(int unitBytes, int limit) {
    List<Map.Entry<KvKey, KvEntry>> coldest =
        new ArrayList<>(eviction.coldest(entries -> first(entries.iterator(), unitBytes, limit)));
    for (Map.Entry<KvKey, KvEntry> newcomer : window.oldest(limit - coldest.size())) {
      if (mayGo(newcomer.getValue(), unitBytes)) {
        coldest.add(newcomer);
      }
    }
    return coldest;
  }

  private static boolean mayGo(KvEntry entry, int unitBytes) {
    return entry.block().slab().unitBytes() == unitBytes && entry.block().leases() == 0;
  }

  private List<Map.Entry<KvKey, KvEntry>> first(
      Iterator<? extends Map.Entry<KvKey, KvEntry>> coldest, int unitBytes, int limit) {
    List<Map.Entry<KvKey, KvEntry>> first = new ArrayList<>();
    for (int seen = 0;
        seen < SEEN_PER_COLDEST * limit && first.size() < limit && coldest.hasNext();
        seen++) {
      Map.Entry<KvKey, KvEntry> entry = coldest.next();
      if (!window.holds(entry.getKey()) && mayGo(entry.getValue(), unitBytes)) {
        first.add(entry);
      }
    }
    return first;
  }

  ConcurrentMap<KvKey, KvEntry> entries() {
    return cache.asMap();
  }
}
