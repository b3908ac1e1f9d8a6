package io.unipin.kvcache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives blocks from the budget, evicting entries for them. Thread-safe.
 *
 * <p>First the entries that the policy of the key's part of the budget would drop next go, a few of them. When their units don't add up to a run, or
 * are of another model's size, a whole slab is cleared, the least used of those that nobody leases from: what it costs
 * beyond the block is paid once, for the next requests find room there.
 */
final class BlockSource {
  private static final int MAX_COLDEST = 16;

  private final SlabPool pool;
  private final EntryStore entries;

  BlockSource(SlabPool pool, EntryStore entries) {
    this.pool = pool;
    this.entries = entries;
  }

  /** Returns a block with one lease on it, or null when what is in use leaves no room. */
  @Nullable KvBlock allocate(KvKey key, KvLayout layout, int rows) {
    KvBlock block = pool.allocate(layout, rows);
    if (block != null || !pool.fits(layout, rows)) {
      return block;
    }
    pool.countLoss();
    entries.expire();
    block = pool.allocate(layout, rows);
    if (block == null) {
      block = evictColdest(key, layout, rows);
    }
    return block == null ? clearSlab(layout, rows) : block;
  }

  private @Nullable KvBlock evictColdest(KvKey key, KvLayout layout, int rows) {
    for (var victim : entries.coldest(key, SlabPool.unitBytes(layout), MAX_COLDEST)) {
      entries.evict(victim.getKey(), victim.getValue());
      KvBlock block = pool.allocate(layout, rows);
      if (block != null) {
        return block;
      }
    }
    return null;
  }

  private @Nullable KvBlock clearSlab(KvLayout layout, int rows) {
    long minBytes = (long) SlabPool.unitBytes(layout) << layout.orderFor(rows);
    Map<Slab, List<Map.Entry<KvKey, KvEntry>>> idle = new HashMap<>();
    for (Map.Entry<KvKey, KvEntry> entry : entries.all()) {
      KvBlock block = entry.getValue().block();
      if (block.leases() == 0 && block.slab().bytes() >= minBytes) {
        idle.computeIfAbsent(block.slab(), slab -> new ArrayList<>()).add(entry);
      }
    }
    List<Map.Entry<KvKey, KvEntry>> victims = List.of();
    long leastBytes = Long.MAX_VALUE;
    for (var slab : idle.entrySet()) {
      long idleBytes = slab.getValue().stream().mapToLong(e -> e.getValue().block().bytes()).sum();
      if (idleBytes < leastBytes && idleBytes == pool.usedBytes(slab.getKey())) {
        leastBytes = idleBytes;
        victims = slab.getValue();
      }
    }
    victims.forEach(victim -> entries.evict(victim.getKey(), victim.getValue()));
    return pool.allocate(layout, rows);
  }
}
