package io.unipin.kvcache;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** The erasures that are going on. Thread-safe. */
final class Erasures {
  private final List<Predicate<KvKey>> active = new CopyOnWriteArrayList<>();
  private final AtomicLong started = new AtomicLong();

  void start(Predicate<KvKey> keys) {
    active.add(keys);
    started.incrementAndGet();
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

  /** Returns how many were started so far. */
  long started() {
    return started.get();
  }
}
