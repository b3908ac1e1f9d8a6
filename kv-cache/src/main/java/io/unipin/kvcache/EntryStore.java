package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.RemovalCause;
import io.unipin.kvcache.Partition.Departures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries that requests can find. All models compete for the shared part of the budget, except
 * models with a {@link Partition} of their own. An entry that leaves releases its share of its
 * block. The block's memory is freed once no share and no lease is left. Thread-safe.
 */
final class EntryStore {
  private final WriterSlots writers;
  private final EnumCounters<KvDeparture> departures = new EnumCounters<>(KvDeparture.class);
  private final Partitions partitions;
  private final Erasures erasures = new Erasures();
  private volatile boolean closed;

  /** @param leaving receives entries chosen by eviction order or age, before they leave */
  EntryStore(KvCacheLimits limits, WriterSlots writers, BiConsumer<KvKey, KvEntry> leaving) {
    this.writers = writers;
    partitions = new Partitions(limits, departures, new Departures(leaving, this::removed));
  }

  /** Returns the part of the budget in which a key now competes. */
  Partition partition(KvKey key) {
    return partitions.of(key);
  }

  /**
   * Reserves a part of the budget for a fingerprint, or changes the size of the part that the
   * fingerprint has. The first reservation drops the fingerprint's entries.
   */
  void reserve(String fingerprint, long bytes) {
    partitions.reserve(fingerprint, bytes, old -> leave(old, fingerprint));
  }

  /** Gives a fingerprint's reserved bytes back to the shared part, and drops its entries. */
  void share(String fingerprint) {
    partitions.share(fingerprint, old -> leave(old, fingerprint));
  }

  /**
   * Drops the entries that a fingerprint has in its old partition, after the fingerprint got
   * another partition. Waits for publications that began before this call, as an erasure does.
   * Later publications go to the other partition.
   */
  private void leave(Partition old, String fingerprint) {
    Predicate<KvKey> keys = key -> key.fingerprint().equals(fingerprint);
    writers.forEach(keys, slot -> drop(old, slot.key()));
    eraseFrom(old, keys);
  }

  /** Returns the key's entry or null. Restarts the entry's time to live. */
  @Nullable KvEntry find(KvKey key) {
    return partition(key).find(key);
  }

  /** Counts a request for a key. The more requests a key gets, the longer its entry stays. */
  void use(KvKey key) {
    partition(key).use(key);
  }

  /** Returns the number of requests for a key, as far as the cache remembers them. */
  int uses(KvKey key) {
    return partition(key).uses(key);
  }

  /** Returns whether the key has an entry. Does not restart its time to live. */
  boolean holds(KvKey key) {
    return partition(key).holds(key);
  }

  /**
   * Replaces the key's entry by a new entry, and returns whether the new entry is kept. If the new
   * entry is not kept, only removes the old entry.
   *
   * <p>The new entry is not kept if the cache was closed or the key was erased since the writer
   * began. The new entry is not kept either if the key just moved to another partition. The old
   * entry is removed in these cases as well, because both entries may share one block. Otherwise
   * the next writer would append to the old entry and overwrite rows that this writer still reads.
   */
  boolean publish(WriterSlot slot, KvEntry entry) {
    entry.block().share();
    KvKey key = slot.key();
    entry.block().key(key);
    Partition partition = partition(key);
    KvEntry now =
        partition
            .entries()
            .compute(
                key,
                (same, old) ->
                    closed || isErased(slot) || partition(key) != partition
                        ? null
                        : partition.welcome(key, entry));
    if (now != entry) {
      entry.block().releaseShare();
    }
    departures.add(KvDeparture.POLICY, partition.settle(key));
    return now == entry;
  }

  /** Returns a snapshot of the key's entry, or null. This call does not count as a use. */
  @Nullable KvSnapshot snapshot(KvKey key) {
    KvEntry entry = partition(key).peek(key);
    return entry != null && entry.tryLease() ? new KvSnapshot(key, entry) : null;
  }

  /**
   * Returns whether the writer's key was erased since the writer claimed its slot. If an erasure
   * ended before the first check, the second check sees that the erasure revoked the slot.
   */
  private boolean isErased(WriterSlot slot) {
    return erasures.cover(slot.key()) || slot.isRevoked();
  }

  /**
   * Replaces {@code longer} by an entry of the first {@code rows} rows of the same block. The
   * caller holds the key's slot and a lease, and may overwrite the other rows afterwards.
   *
   * @return false, with nothing changed, if another request has a lease on the block
   */
  boolean cutBack(KvKey key, KvEntry longer, int rows) {
    KvBlock block = longer.block();
    if (!longer.tryRetire()) {
      return false;
    }
    block.share();
    KvEntry shorter = new KvEntry(longer.hashes().prefix(rows), block, null);
    Partition partition = partition(key);
    KvEntry now =
        partition
            .entries()
            .computeIfPresent(
                key, (same, entry) -> entry == longer ? partition.welcome(key, shorter) : entry);
    if (now != shorter) {
      block.releaseShare(); // the longer entry was evicted before the replacement
    }
    return true;
  }

  /*
   * Invariant: no entry that was encoded before an erasure is found after it.
   *
   * A writer claims its slot, looks the entry up, publishes inside a compute on its key, and then
   * frees the slot. An erasure becomes active, drops the keys of all slots, scans the map, revokes
   * all slots, and ends. There are three cases for a publication:
   * - Before the erasure starts. The scan finds the entry in the map, or the writer's compute still
   *   runs. If it still runs, the erasure finds the slot, and the erasure's compute waits for it.
   *   (computeIfPresent would not wait: it returns at once if it sees no entry.)
   * - While the erasure is active. The publication is refused.
   * - After the erasure, by a slot that was not revoked. The slot was claimed after the erasure's
   *   scan, so the writer found no old rows to reuse.
   *
   * An entry whose history was read before the erasure is not found either. Its writer took a mark
   * before reading the history, and compares marks after claiming the slot. So either the writer
   * sees that the user was erased, or the erasure's scan sees the slot.
   */

  /** Returns a number that changes when the user is erased. */
  long mark(String user) {
    return erasures.mark(user);
  }

  /** Returns false if the key's user was erased after the mark was taken, else true. */
  boolean isAsOf(KvKey key, long mark) {
    return erasures.mark(key.user()) == mark;
  }

  int eraseUser(String user) {
    erasures.count(user);
    return erase(key -> key.user().equals(user));
  }

  /** Drops the entries of the matching keys, and returns how many entries were dropped. */
  int erase(Predicate<KvKey> keys) {
    AtomicInteger erased = new AtomicInteger();
    erasures.start(keys);
    try {
      writers.forEach(keys, slot -> erased.addAndGet(drop(partition(slot.key()), slot.key())));
      for (Partition partition : partitions.all()) {
        erased.addAndGet(eraseFrom(partition, keys));
      }
      writers.forEach(keys, WriterSlot::revoke);
    } finally {
      erasures.finish(keys);
    }
    return erased.get();
  }

  private int eraseFrom(Partition partition, Predicate<KvKey> keys) {
    int erased = 0;
    for (KvKey key : partition.entries().keySet()) {
      if (keys.test(key)) {
        erased += drop(partition, key);
      }
    }
    return erased;
  }

  /** Drops the key's entry. Waits for a publication of the key that is in progress. */
  private int drop(Partition partition, KvKey key) {
    boolean[] found = new boolean[1];
    partition
        .entries()
        .compute(
            key,
            (same, entry) -> {
              found[0] = entry != null;
              return null;
            });
    if (found[0]) {
      departures.add(KvDeparture.ERASED, 1);
    }
    return found[0] ? 1 : 0;
  }

  /** Drops all entries and refuses later publications. */
  void close() {
    closed = true;
    erase(key -> true);
  }

  boolean isClosed() {
    return closed;
  }

  /** Drops the entries that are past their time to live. */
  void expire() {
    partitions.all().forEach(Partition::expire);
  }

  /** Returns up to {@code limit} unleased entries of the key's partition, in eviction order. */
  List<Map.Entry<KvKey, KvEntry>> coldest(KvKey key, int unitBytes, int limit) {
    return partition(key).coldest(limit, unitBytes);
  }

  /** Evicts the coldest entry of the key's partition if that entry has units of another size. */
  void evictColdest(KvKey key, int unitBytes) {
    for (Map.Entry<KvKey, KvEntry> next : partition(key).coldest(1)) {
      if (next.getValue().block().slab().unitBytes() != unitBytes) {
        pass(next.getKey(), next.getValue());
      }
    }
  }

  /** Evicts an entry that is next in the eviction order. The order takes note of this. */
  void pass(KvKey key, KvEntry entry) {
    partition(key).pass(key, entry);
    evict(key, entry);
  }

  List<Map.Entry<KvKey, KvEntry>> all() {
    List<Map.Entry<KvKey, KvEntry>> all = new ArrayList<>();
    partitions.all().forEach(partition -> all.addAll(partition.entries().entrySet()));
    return all;
  }

  /** Evicts the entry that a block holds, because the block's memory is needed. */
  void evict(KvBlock block) {
    KvKey key = block.key();
    KvEntry entry = key == null ? null : partition(key).peek(key);
    if (key != null && entry != null && entry.block() == block) {
      evict(key, entry);
    }
  }

  /** Evicts an entry because the memory of its block is needed. */
  void evict(KvKey key, KvEntry entry) {
    if (partition(key).entries().remove(key, entry)) {
      departures.add(KvDeparture.ROOM, 1);
    }
  }

  long size() {
    return partitions.all().stream().mapToLong(partition -> partition.entries().size()).sum();
  }

  Map<KvDeparture, Long> departures() {
    return departures.counted();
  }

  private void removed(@Nullable KvKey key, @Nullable KvEntry entry, RemovalCause cause) {
    if (key == null || entry == null) {
      throw new IllegalStateException("strong keys and values expected, got a collected one");
    }
    if (cause == RemovalCause.EXPIRED) {
      departures.add(KvDeparture.AGE, 1);
    }
    entry.block().releaseShare();
  }
}
