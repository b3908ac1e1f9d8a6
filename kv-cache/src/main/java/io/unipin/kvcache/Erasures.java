package io.unipin.kvcache;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Predicate;

/** The erasures in progress, and the number of erasures for each group of users. Thread-safe. */
final class Erasures {
  /**
   * Users are grouped by hash into this many counters. When one user of a group is erased, the
   * cache also discards the rows that are just being encoded for the group's other users.
   */
  private static final int COUNTERS = 4096;

  private final List<Predicate<KvKey>> active = new CopyOnWriteArrayList<>();
  private final AtomicLongArray counters = new AtomicLongArray(COUNTERS);

  void start(Predicate<KvKey> keys) {
    active.add(keys);
  }

  void finish(Predicate<KvKey> keys) {
    active.remove(keys);
  }

  /** Returns whether an erasure that covers this key is in progress. */
  boolean cover(KvKey key) {
    for (Predicate<KvKey> keys : active) {
      if (keys.test(key)) {
        return true;
      }
    }
    return false;
  }

  /** Changes the mark of a user who is about to be erased. */
  void count(String user) {
    counters.incrementAndGet(counter(user));
  }

  /** Returns a number that changes when the user is erased. */
  long mark(String user) {
    return counters.get(counter(user));
  }

  private static int counter(String user) {
    int hash = user.hashCode();
    return (hash ^ (hash >>> 16)) & (COUNTERS - 1);
  }
}
