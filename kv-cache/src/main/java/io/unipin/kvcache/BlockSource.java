package io.unipin.kvcache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Allocates blocks from the budget and evicts entries to make room for them. Thread-safe.
 *
 * <p>An allocation tries these steps in order, and stops at the first step that yields a block. The
 * coldest entries are the entries without leases that come first in the {@link EvictionOrder}.
 *
 * <ol>
 * <li>Take a free run, or add a slab. If neither is possible, drop the entries that are past their
 *     time to live, and try again.
 * <li>Move blocks without leases, so that free runs that are too short become one run.
 * <li>Take over a slab of another model if the slab's blocks fit into the other model's remaining
 *     slabs.
 * <li>Evict the coldest entry of the key's partition if the entry's block has another unit size.
 *     Over time, such evictions empty a slab that another model uses.
 * <li>Evict the coldest entries of this unit size until the free runs can be joined.
 * <li>Evict all blocks of an aligned run that contains a cold block. Of these runs, take the run
 *     with the fewest warm blocks. A run with a leased block is not considered.
 * <li>Clear the least-used slab that has no leased block.
 * </ol>
 */
final class BlockSource {
  private static final int MAX_COLDEST = 8;
  private static final int EVICTED_PER_ROUND = 4;
  private static final int MAX_ROUNDS = 8;

  private final SlabPool pool;
  private final EntryStore entries;

  BlockSource(SlabPool pool, EntryStore entries) {
    this.pool = pool;
    this.entries = entries;
  }

  /** Returns a block with one lease on it, or null when leased blocks leave no room. */
  @Nullable KvBlock allocate(KvKey key, KvLayout layout, int rows) {
    KvBlock block = pool.allocate(layout, rows);
    if (block != null || !pool.fits(layout, rows)) {
      return block;
    }
    pool.countLoss();
    entries.expire();
    block = pool.gather(layout, rows);
    if (block == null) {
      block = pool.takeOver(layout, rows);
    }
    if (block == null) {
      entries.evictColdest(key, Slabs.unitBytes(layout));
      block = evictColdest(key, layout, rows);
    }
    if (block == null) {
      block = evictAround(key, layout, rows);
    }
    return block == null ? clearSlab(layout, rows) : block;
  }

  private @Nullable KvBlock evictColdest(KvKey key, KvLayout layout, int rows) {
    int unitBytes = Slabs.unitBytes(layout);
    long needed = (long) unitBytes << layout.orderFor(rows);
    for (int round = 0; round < MAX_ROUNDS; round++) {
      for (var next : entries.coldest(key, unitBytes, EVICTED_PER_ROUND)) {
        entries.pass(next.getKey(), next.getValue());
        KvBlock block = pool.freeBytes(layout) < needed ? null : pool.gather(layout, rows);
        if (block != null) {
          return block;
        }
      }
    }
    return null;
  }

  private @Nullable KvBlock evictAround(KvKey key, KvLayout layout, int rows) {
    // The set is in eviction order: the coldest block comes first.
    Set<KvBlock> cold = new LinkedHashSet<>();
    for (var entry : entries.coldest(key, Slabs.unitBytes(layout), MAX_COLDEST)) {
      cold.add(entry.getValue().block());
    }
    List<KvBlock> best = List.of();
    long fewestWarm = Long.MAX_VALUE;
    for (KvBlock victim : cold) {
      List<KvBlock> inTheWay = pool.around(victim, layout.orderFor(rows));
      long warm = inTheWay.stream().filter(block -> !cold.contains(block)).count();
      if (warm < fewestWarm && inTheWay.stream().allMatch(block -> block.leases() == 0)) {
        best = inTheWay;
        fewestWarm = warm;
      }
    }
    best.forEach(entries::evict);
    return best.isEmpty() ? null : pool.allocate(layout, rows);
  }

  private @Nullable KvBlock clearSlab(KvLayout layout, int rows) {
    long minBytes = Slabs.blockBytes(layout, rows);
    Map<Slab, List<Map.Entry<KvKey, KvEntry>>> idle = new HashMap<>();
    for (Map.Entry<KvKey, KvEntry> entry : entries.all()) {
      KvBlock block = entry.getValue().block();
      if (block.leases() == 0 && block.slab().bytesFor(Slabs.unitBytes(layout)) >= minBytes) {
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
