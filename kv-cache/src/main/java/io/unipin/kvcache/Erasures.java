package io.unipin.kvcache;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Predicate;

/** The erasures that are going on, and how many users' there were. Thread-safe. */
final class Erasures {
  /** Users who share a counter lose, when one is erased, what the others were writing at that moment. */
  private static final int COUNTERS = 4096;

  private final List<Predicate<KvKey>> active = new CopyOnWriteArrayList<>();
  private final AtomicLongArray counters = new AtomicLongArray(COUNTERS);

  void start(Predicate<KvKey> keys) {
    active.add(keys);
  }

  void finish(Predicate<KvKey> keys) {
    active.remove(keys);
  }

  /** Says whether an erasure of this key is going on. */
  boolean cover(KvKey key) {
    for (Predicate<KvKey> keys : active) {
      if (keys.test(key)) {
        return true;
      }
    }
    return false;
  }

  /** Notes that a user is erased from now on. */
  void count(String user) {
    counters.incrementAndGet(counter(user));
  }

  /** Returns a number that is another one once the user was erased. */
  long mark(String user) {
    return counters.get(counter(user));
  }

  private static int counter(String user) {
    int hash = user.hashCode();
    return (hash ^ (hash >>> 16)) & (COUNTERS - 1);
  }
}
