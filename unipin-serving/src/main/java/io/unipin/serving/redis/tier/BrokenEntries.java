package io.unipin.serving.redis.tier;

import io.unipin.kvcache.tier.EntryName;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The entries in which a chunk was missing or wrong. The next write of such an entry writes all of
 * its chunks. The number of entries is bounded, so when there are very many, some are forgotten.
 * Thread-safe.
 */
final class BrokenEntries {
  private static final int MOST = 1024;

  private final Set<EntryName> names = ConcurrentHashMap.newKeySet();
  private final AtomicLong failures = new AtomicLong();

  /** Notes an entry whose bytes failed verification. */
  void failed(EntryName entry) {
    failures.incrementAndGet();
    lacks(entry);
  }

  /** Notes an entry whose list names chunks that are missing or different in Redis. */
  void lacks(EntryName entry) {
    if (names.size() >= MOST) {
      names.clear();
    }
    names.add(entry);
  }

  /** Forgets an entry. Returns whether the entry was noted. */
  boolean remove(EntryName entry) {
    return names.remove(entry);
  }

  long failures() {
    return failures.get();
  }
}
