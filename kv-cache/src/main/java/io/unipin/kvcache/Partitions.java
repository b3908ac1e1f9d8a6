package io.unipin.kvcache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The parts of one byte budget: parts reserved for single fingerprints, and the part that all other
 * fingerprints share. Thread-safe.
 */
final class Partitions {
  private final KvCacheLimits limits;
  private final EnumCounters<KvDeparture> departures;
  private final Partition.Departures listener;
  private final Partition shared;
  private final Map<String, Partition> own = new ConcurrentHashMap<>();
  private final ReentrantLock resizing = new ReentrantLock();

  @GuardedBy("resizing")
  private final Map<String, Long> reserved = new HashMap<>();

  /**
   * @param departures counts the entries that no longer fit after parts changed their sizes
   * @param listener is told of every entry that leaves its partition
   */
  Partitions(
      KvCacheLimits limits, EnumCounters<KvDeparture> departures, Partition.Departures listener) {
    this.limits = limits;
    this.departures = departures;
    this.listener = listener;
    shared = new Partition(limits.budgetBytes(), limits, listener);
  }

  /** Returns the part of the budget in which a key competes now. */
  Partition of(KvKey key) {
    return own.isEmpty() ? shared : own.getOrDefault(key.fingerprint(), shared);
  }

  List<Partition> all() {
    List<Partition> all = new ArrayList<>(own.values());
    all.add(shared);
    return all;
  }

  /**
   * Reserves a part of the budget for a fingerprint, or changes the size of its part.
   *
   * @param leave drops the fingerprint's entries from the shared part. {@code leave} is called
   *     without the lock, and only if the fingerprint had no part of its own before.
   */
  void reserve(String fingerprint, long bytes, Consumer<Partition> leave) {
    resizing.lock();
    try {
      Map<String, Long> next = new HashMap<>(reserved);
      next.put(fingerprint, bytes);
      long left = limits.budgetBytes() - sum(next);
      if (bytes < 0 || left < 0) {
        throw new IllegalArgumentException(
            "own parts of at most %s bytes together expected, got %s for %s"
                .formatted(limits.budgetBytes(), bytes, fingerprint));
      }
      reserved.put(fingerprint, bytes);
      departures.add(KvDeparture.POLICY, shared.resize(left));
      Partition partition = own.get(fingerprint);
      if (partition != null) {
        departures.add(KvDeparture.POLICY, partition.resize(bytes));
        return;
      }
      own.put(fingerprint, new Partition(bytes, limits, listener));
    } finally {
      resizing.unlock();
    }
    leave.accept(shared);
  }

  /**
   * Gives a fingerprint's reserved bytes back to the shared part.
   *
   * @param leave drops the entries of the fingerprint's part. It is called under the lock, before
   *     the shared part grows, so that the parts together stay within the budget.
   */
  void share(String fingerprint, Consumer<Partition> leave) {
    resizing.lock();
    try {
      if (reserved.remove(fingerprint) != null) {
        leave.accept(Objects.requireNonNull(own.remove(fingerprint)));
        departures.add(KvDeparture.POLICY, shared.resize(limits.budgetBytes() - sum(reserved)));
      }
    } finally {
      resizing.unlock();
    }
  }

  private static long sum(Map<String, Long> bytes) {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }
}
