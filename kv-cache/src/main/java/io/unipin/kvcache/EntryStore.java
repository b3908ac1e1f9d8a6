package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries that can be found, and who goes when there is no room. Thread-safe.
 *
 * <p>An entry that leaves, for whatever cause, gives its share of the block back; the memory is free once the last
 * lease is closed too.
 *
 * <p>About half of the budget belongs to a {@link RecencyWindow} of newcomers, whose entries weigh nothing for Caffeine; the
 * other half to those that left it and won by frequency.
 *
 * <p>Source of the policy: G. Einziger, R. Friedman, B. Manes, "TinyLFU: A Highly Efficient Cache Admission Policy",
 * ACM Transactions on Storage 13(4), 2017, as in Caffeine.
 */
final class EntryStore {
  /** One part in sixteen of the budget is left for blocks being written and what fragmentation takes. */
  private static final int HEADROOM_SHIFT = 4;

  private final Cache<KvKey, KvEntry> cache;
  private final Policy.Eviction<KvKey, KvEntry> eviction;
  private final RecencyWindow window;
  private final WriterSlots writers;
  private final Erasures erasures = new Erasures();
  private final AtomicLong evictions = new AtomicLong();
  private volatile boolean closed;

  EntryStore(KvCacheConfig config, WriterSlots writers) {
    this.writers = writers;
    long bytes = config.budgetBytes() - (config.budgetBytes() >> HEADROOM_SHIFT);
    window = new RecencyWindow(bytes / 2);
    cache =
        Caffeine.newBuilder()
            .maximumWeight(bytes - bytes / 2)
            .weigher(this::weight)
            .expireAfterAccess(config.timeToLive())
            .ticker(config.ticker())
            .executor(Runnable::run)
            .removalListener(this::removed)
            .build();
    eviction = cache.policy().eviction().orElseThrow();
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

  /** Says whether the key has an entry; doesn't count as a use. */
  boolean holds(KvKey key) {
    return cache.policy().getIfPresentQuietly(key) != null;
  }

  /**
   * Puts an entry in place of what the key had, or nothing when the key was erased since the writer began: then the
   * bytes are overwritten as soon as the last lease is closed. The old entry has to go even so: it may share the block,
   * and the next writer would append to it where the rows of this one are still read.
   */
  void publish(WriterSlot slot, KvEntry entry) {
    entry.block().share();
    KvKey newcomer = slot.key();
    if (window.holds(newcomer) || !cache.asMap().containsKey(newcomer)) {
      window.put(newcomer, entry); // before the entry is weighed
    }
    boolean kept =
        cache
                .asMap()
                .compute(
                    newcomer,
                    (key, old) -> {
                      if (closed || slot.isRevoked() || erasures.cover(key)) {
                        scrub(old);
                        return null;
                      }
                      return entry;
                    })
            == entry;
    if (!kept) {
      window.remove(newcomer, entry);
      entry.block().scrub();
      entry.block().releaseShare();
    }
    window.overflow().forEach(this::weighAgain);
  }

  /** From now on the entry has its weight, and has to stand its ground by frequency. */
  private void weighAgain(KvKey key) {
    cache.asMap().computeIfPresent(key, (same, entry) -> entry);
  }

  /**
   * Puts an entry of fewer rows of the same block in place of {@code longer}, so that the others may be overwritten by
   * the caller, who holds the key's slot and a lease.
   *
   * @return false, with nothing changed, when someone else reads the block
   */
  boolean cutBack(KvKey key, KvEntry longer, int rows) {
    KvBlock block = longer.block();
    if (!longer.tryRetire()) {
      return false;
    }
    block.share();
    KvEntry shorter = new KvEntry(longer.hashes().prefix(rows), block, null);
    window.replace(key, longer, shorter);
    if (!cache.asMap().replace(key, longer, shorter)) {
      window.remove(key, shorter);
      block.releaseShare(); // evicted meanwhile
    }
    return true;
  }

  /*
   * Nothing that was encoded before an erasure may be found after it. A writer claims its slot, then looks up, then
   * publishes inside a compute on its key, and frees the slot after that. Hence, for one that publishes
   *  - before the erasure starts: the entry is in the map when the scan begins; or the compute is still going on, then
   *    the slot is found and computeIfPresent waits for it;
   *  - while the erasure is active: it is refused;
   *  - after it has finished, and wasn't revoked: its slot was claimed after the scan, so it found nothing to reuse.
   */

  /** Drops the entries of these keys, has their bytes overwritten, and returns how many there were. */
  int erase(Predicate<KvKey> keys) {
    AtomicInteger erased = new AtomicInteger();
    erasures.start(keys);
    try {
      writers.forEach(keys, slot -> erased.addAndGet(drop(slot.key())));
      for (KvKey key : cache.asMap().keySet()) {
        if (keys.test(key)) {
          erased.addAndGet(drop(key));
        }
      }
      writers.forEach(keys, WriterSlot::revoke);
    } finally {
      erasures.finish(keys);
    }
    return erased.get();
  }

  long erasuresStarted() {
    return erasures.started();
  }

  /** Drops all, and takes nothing any more. */
  void close() {
    closed = true;
    erase(key -> true);
  }

  boolean isClosed() {
    return closed;
  }

  /** Drops entries that are too old. */
  void expire() {
    cache.cleanUp();
  }

  /**
   * Returns up to {@code limit} entries that nobody leases and that have units of this size, next to go first; newcomers
   * only when there are no others.
   */
  List<? extends Map.Entry<KvKey, KvEntry>> coldest(int unitBytes, int limit) {
    return eviction.coldest(
        entries ->
            entries
                .filter(entry -> entry.getValue().block().slab().unitBytes() == unitBytes)
                .filter(entry -> entry.getValue().block().leases() == 0)
                .sorted(Comparator.comparing(entry -> window.holds(entry.getKey())))
                .limit(limit)
                .toList());
  }

  Iterable<Map.Entry<KvKey, KvEntry>> all() {
    return cache.asMap().entrySet();
  }

  void evict(KvKey key, KvEntry entry) {
    if (cache.asMap().remove(key, entry)) {
      evictions.incrementAndGet();
    }
  }

  long size() {
    return cache.asMap().size();
  }

  long evictions() {
    return evictions.get();
  }

  private int drop(KvKey key) {
    boolean[] found = new boolean[1];
    cache
        .asMap()
        .computeIfPresent(
            key,
            (same, entry) -> {
              scrub(entry);
              found[0] = true;
              return null;
            });
    return found[0] ? 1 : 0;
  }

  private static void scrub(@Nullable KvEntry entry) {
    if (entry != null) {
      entry.block().scrub();
    }
  }

  private void removed(@Nullable KvKey key, @Nullable KvEntry entry, RemovalCause cause) {
    if (key == null || entry == null) {
      throw new IllegalStateException("expected strong keys and values, got a collected one");
    }
    window.remove(key, entry);
    if (cause.wasEvicted()) {
      evictions.incrementAndGet();
    }
    if (erasures.cover(key)) {
      entry.block().scrub();
    }
    entry.block().releaseShare();
  }
}
