package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.RemovalCause;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries that can be found. Thread-safe.
 *
 * <p>Models compete for the budget, but for those that have a {@link Partition} of their own. An entry that leaves, for
 * whatever cause, gives its share of the block back; the memory is free once the last lease is closed too.
 */
final class EntryStore {
  private final KvCacheConfig config;
  private final WriterSlots writers;
  private final Partition shared;
  private final Map<String, Partition> own = new ConcurrentHashMap<>();
  private final Erasures erasures = new Erasures();
  private final EnumMap<KvDeparture, LongAdder> departures = new EnumMap<>(KvDeparture.class);
  private final ReentrantLock resizing = new ReentrantLock();

  @GuardedBy("resizing")
  private final Map<String, Long> reserved = new HashMap<>();

  private volatile boolean closed;

  EntryStore(KvCacheConfig config, WriterSlots writers) {
    this.config = config;
    this.writers = writers;
    for (KvDeparture departure : KvDeparture.values()) {
      departures.put(departure, new LongAdder());
    }
    shared = new Partition(config.budgetBytes(), config, this::removed);
  }

  /** The part of the budget that a key competes for now. */
  Partition partition(KvKey key) {
    return own.isEmpty() ? shared : own.getOrDefault(key.fingerprint(), shared);
  }

  private List<Partition> partitions() {
    List<Partition> all = new ArrayList<>(own.values());
    all.add(shared);
    return all;
  }

  /** Gives a fingerprint a part of the budget of its own. */
  void reserve(String fingerprint, long bytes) {
    resizing.lock();
    try {
      Map<String, Long> next = new HashMap<>(reserved);
      next.put(fingerprint, bytes);
      long left = config.budgetBytes() - sum(next);
      if (bytes < 0 || left < 0) {
        throw new IllegalArgumentException(
            "expected own parts of at most %s bytes together, got %s for %s"
                .formatted(config.budgetBytes(), bytes, fingerprint));
      }
      reserved.put(fingerprint, bytes);
      count(KvDeparture.POLICY, shared.resize(left));
      Partition partition = own.get(fingerprint);
      if (partition != null) {
        count(KvDeparture.POLICY, partition.resize(bytes));
        return;
      }
      own.put(fingerprint, new Partition(bytes, config, this::removed));
    } finally {
      resizing.unlock();
    }
    leave(shared, key -> key.fingerprint().equals(fingerprint));
  }

  /** Has a fingerprint, which has no entries, share the budget with others. */
  void share(String fingerprint) {
    resizing.lock();
    try {
      if (reserved.remove(fingerprint) != null) {
        Partition partition = Objects.requireNonNull(own.remove(fingerprint));
        leave(partition, key -> key.fingerprint().equals(fingerprint));
        count(KvDeparture.POLICY, shared.resize(config.budgetBytes() - sum(reserved)));
      }
    } finally {
      resizing.unlock();
    }
  }

  /**
   * Drops what a partition has of keys that go to another one from now on. A publication that began before that is waited for, as by
   * an erasure; a later one sees that its partition is not the key's any more.
   */
  private void leave(Partition old, Predicate<KvKey> keys) {
    writers.forEach(keys, slot -> drop(old, slot.key()));
    eraseFrom(old, keys);
  }

  private static long sum(Map<String, Long> bytes) {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the entry; its age begins anew. */
  @Nullable KvEntry find(KvKey key) {
    return partition(key).find(key);
  }

  /** Counts a request for a key: who has more of them stays longer. */
  void use(KvKey key) {
    partition(key).use(key);
  }

  /** Says whether the key has an entry; its age goes on. */
  boolean holds(KvKey key) {
    return partition(key).holds(key);
  }

  /**
   * Puts an entry in place of what the key had, or nothing when the key was erased since the writer began, or when it went to another
   * part of the budget this moment. The old entry
   * has to go even so: it may share the block, and the next writer would append to it where the rows of this one are still
   * read.
   */
  void publish(WriterSlot slot, KvEntry entry) {
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
    count(KvDeparture.POLICY, partition.settle(key));
  }

  /** In this order: an erasure revokes before it is over, so one that is seen to be over has revoked. */
  private boolean isErased(WriterSlot slot) {
    return erasures.cover(slot.key()) || slot.isRevoked();
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
    Partition partition = partition(key);
    KvEntry now =
        partition
            .entries()
            .computeIfPresent(
                key, (same, entry) -> entry == longer ? partition.welcome(key, shorter) : entry);
    if (now != shorter) {
      block.releaseShare(); // evicted meanwhile
    }
    return true;
  }

  /*
   * Nothing that was encoded before an erasure may be found after it. A writer claims its slot, then looks up, then
   * publishes inside a compute on its key, and frees the slot after that. Hence, for one that publishes
   *  - before the erasure starts: the entry is in the map when the scan begins; or the compute is still going on, then
   *    the slot is found and compute waits for it (computeIfPresent would not: it returns at once when it sees no entry);
   *  - while the erasure is active: it is refused;
   *  - after it has finished, and wasn't revoked: its slot was claimed after the scan, so it found nothing to reuse.
   * Nor may anything be found that was encoded from a history read before it. Such a writer took its mark earlier still;
   * it compares marks after it has claimed its slot, so either it sees that the user was erased, or the scan sees the slot.
   */

  /** Returns a number that is another one once the user was erased. */
  long mark(String user) {
    return erasures.mark(user);
  }

  /** Says whether the key's user was not erased since the mark was taken. */
  boolean isAsOf(KvKey key, long mark) {
    return erasures.mark(key.user()) == mark;
  }

  int eraseUser(String user) {
    erasures.count(user);
    return erase(key -> key.user().equals(user));
  }

  /** Drops the entries of these keys and returns how many there were. */
  int erase(Predicate<KvKey> keys) {
    AtomicInteger erased = new AtomicInteger();
    erasures.start(keys);
    try {
      writers.forEach(keys, slot -> erased.addAndGet(drop(partition(slot.key()), slot.key())));
      for (Partition partition : partitions()) {
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

  /** Waits for a publication of the key that is under way. */
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
      count(KvDeparture.ERASED, 1);
    }
    return found[0] ? 1 : 0;
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
    partitions().forEach(Partition::expire);
  }

  /**
   * Returns up to {@code limit} entries that nobody leases and that have units of this size, next to go first, of those
   * that compete with the key's.
   */
  List<Map.Entry<KvKey, KvEntry>> coldest(KvKey key, int unitBytes, int limit) {
    return partition(key).coldest(limit, unitBytes);
  }

  /** Drops the entry that goes next of all that compete with the key's, if its units are of another size. */
  void evictColdest(KvKey key, int unitBytes) {
    for (Map.Entry<KvKey, KvEntry> next : partition(key).coldest(1)) {
      if (next.getValue().block().slab().unitBytes() != unitBytes) {
        pass(next.getKey(), next.getValue());
      }
    }
  }

  /** Drops an entry whose turn it is. */
  void pass(KvKey key, KvEntry entry) {
    partition(key).pass(key, entry);
    evict(key, entry);
  }

  List<Map.Entry<KvKey, KvEntry>> all() {
    List<Map.Entry<KvKey, KvEntry>> all = new ArrayList<>();
    partitions().forEach(partition -> all.addAll(partition.entries().entrySet()));
    return all;
  }

  /** Drops what the key of a block has in it, since its place is needed. */
  void evict(KvBlock block) {
    KvKey key = block.key();
    KvEntry entry = key == null ? null : partition(key).peek(key);
    if (key != null && entry != null && entry.block() == block) {
      evict(key, entry);
    }
  }

  /** Drops an entry whose place is needed. */
  void evict(KvKey key, KvEntry entry) {
    if (partition(key).entries().remove(key, entry)) {
      count(KvDeparture.ROOM, 1);
    }
  }

  long size() {
    return partitions().stream().mapToLong(partition -> partition.entries().size()).sum();
  }

  Map<KvDeparture, Long> departures() {
    Map<KvDeparture, Long> counted = new EnumMap<>(KvDeparture.class);
    departures.forEach((departure, count) -> counted.put(departure, count.sum()));
    return counted;
  }

  private void count(KvDeparture departure, long entries) {
    Objects.requireNonNull(departures.get(departure)).add(entries);
  }

  private void removed(@Nullable KvKey key, @Nullable KvEntry entry, RemovalCause cause) {
    if (key == null || entry == null) {
      throw new IllegalStateException("expected strong keys and values, got a collected one");
    }
    if (cause == RemovalCause.EXPIRED) {
      count(KvDeparture.AGE, 1);
    }
    entry.block().releaseShare();
  }
}
