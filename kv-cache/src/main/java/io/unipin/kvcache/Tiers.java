package io.unipin.kvcache;

import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The tiers below the cache, the nearest first. Without tiers, every method returns at once.
 * Thread-safe.
 */
final class Tiers {
  /** If fewer rows than this are missing, encoding them is faster than looking them up. */
  private static final int LEAST_ROWS = 16;

  private final List<TierWriter> writers;
  private final ToIntFunction<KvKey> uses;

  /**
   * Creates tiers below the entries of a cache.
   *
   * @param source memory of the entries' blocks
   * @throws IllegalArgumentException if there are tiers and the memory is not host memory
   */
  static Tiers over(
      SlabSource source, List<KvTierSetup> below, EntryStore entries, KvCacheLimits limits) {
    if (!below.isEmpty() && !source.isHost()) {
      throw new IllegalArgumentException(
          "no tier expected below rows in the engine's memory, got " + below.get(0).name());
    }
    return new Tiers(
        below.stream().map(tier -> new TierWriter(tier, entries::snapshot, limits)).toList(),
        entries::uses);
  }

  /**
   * @param uses returns the number of requests for a key, as far as the cache remembers them
   */
  Tiers(List<TierWriter> writers, ToIntFunction<KvKey> uses) {
    this.writers = List.copyOf(writers);
    this.uses = uses;
  }

  boolean isEmpty() {
    return writers.isEmpty();
  }

  /**
   * Reads rows that the lease lacks, from the nearest tier that holds some of them. Rows that this
   * tier lacks are looked up in the next tier.
   *
   * @param lease a lease that writes
   */
  void reload(KvLease lease, KvKey key, ReloadChoice choice) {
    for (TierWriter writer : writers) {
      int missing = lease.rows() - lease.reusedRows();
      if (missing >= LEAST_ROWS && !key.isInternal()) {
        writer.reader().reload(lease, key, choice);
      }
    }
  }

  /**
   * Queues a published entry to be written to the tiers. Rows {@code [reused, rows)} of the entry
   * are new.
   */
  void written(KvKey key, KvLayout layout, int reused, int rows) {
    if (writers.isEmpty() || key.isInternal()) {
      return;
    }
    int first = reused - reused % KvTier.CHUNK_ROWS;
    int bytes = ChunkRows.bytes(layout, Math.max(1, rows - first));
    for (TierWriter writer : writers) {
      if (writer.leastUses() <= 1 || writer.leastUses() <= uses.applyAsInt(key)) {
        writer.offer(key, bytes);
      }
    }
  }

  /**
   * Queues an entry that a request hit. Queues it for each tier whose {@code leastUses} the user
   * reaches with this request.
   */
  void hit(KvKey key, KvLayout layout, int rows) {
    if (key.isInternal()) {
      return;
    }
    for (TierWriter writer : writers) {
      if (writer.leastUses() > 1 && writer.leastUses() == uses.applyAsInt(key)) {
        writer.offer(key, ChunkRows.bytes(layout, rows));
      }
    }
  }

  /**
   * Queues an entry that is leaving the cache, for the tiers that take such entries and lack this
   * entry.
   */
  void leaving(KvKey key, KvEntry entry) {
    if (!writers.isEmpty() && !key.isInternal()) {
      writers.forEach(writer -> writer.offerLeaving(key, entry, uses));
    }
  }

  /**
   * Erases a user, and returns whether a tier held rows of the user. When this method returns, no
   * request finds the rows. Tries every tier, even if one fails.
   *
   * @param everywhere whether tiers that servers share are erased as well
   */
  boolean erase(String user, boolean everywhere) {
    if (writers.isEmpty() || KvKey.isInternal(user)) {
      return false;
    }
    boolean existed = false;
    KvCacheException failure = null;
    for (TierWriter writer : writers) {
      try {
        existed |= (everywhere || !writer.isShared()) && writer.erase(user);
      } catch (KvCacheException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return existed;
  }

  void eraseFingerprint(String fingerprint) {
    writers.forEach(writer -> writer.eraseFingerprint(fingerprint));
  }

  List<KvTierStats> stats() {
    return writers.stream().map(TierWriter::stats).toList();
  }

  /** Waits until all queued rows are written. */
  void settle() {
    writers.forEach(TierWriter::settle);
  }

  void close() {
    writers.forEach(TierWriter::close);
  }
}
