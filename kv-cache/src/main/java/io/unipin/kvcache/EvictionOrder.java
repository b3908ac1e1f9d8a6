package io.unipin.kvcache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The order in which entries are evicted when they fill their part of the budget. Thread-safe.
 *
 * <p>A use updates a few numbers without a lock. All other calls take O(log keys), amortised: see
 * {@link DueQueue}.
 */
final class EvictionOrder {
  /*
   *    worth = uses · saving
   *    due   = time of the last use + patience · worth; the key with the smallest due goes first
   *
   *    uses      requests for the key, clipped to LEAST_USES..MOST_USES
   *    saving    cost of encoding the entry's rows / bytes of its block
   *    time      requests to all keys so far
   *    patience  requests for which a key of worth 1 is kept unused
   *
   * When an entry is evicted because it is the next in this order, patience moves towards the value
   * with which the entry would have become due just now:
   *
   *    observed  = (now - time of the last use) / worth
   *    patience += (observed - patience) / (MEMORY · keys)
   *
   * So patience adapts until the kept keys just fit into the budget. It falls by at most MOST_FALL
   * / worth per request. If patience fell faster than time passes, the newest keys would become due
   * before older keys.
   *
   * Three properties follow. All keys age at the same rate. A frequent user outlives a user who
   * came once. A new key becomes due later than all keys that were unused for long. So the session
   * of a new user can run to its end.
   *
   * This order is GreedyDual-Size-Frequency with another clock. GreedyDual's clock moves only when
   * an entry is evicted. If most keys have about the same worth, all keys used since the clock's
   * last move look equally new. Worth alone then decides, and users in the middle of a session are
   * evicted before users whose session has ended.
   *
   * L. Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching
   * Policy", HP Labs HPL-98-69, 1998; P. Cao, S. Irani, "Cost-Aware WWW Proxy Caching Algorithms",
   * 1997.
   */

  /** The maximum number of queued entries that {@link #first} examines per returned entry. */
  private static final int SEEN_PER_FIRST = 4;

  /**
   * After this many departures per present key, the remembered uses of departed keys are halved.
   */
  private static final int DEPARTURES_PER_AGE = 2;

  /** Ageing and patience are computed as if at least this many keys were present. */
  private static final int LEAST_AGE = 64;

  /** The weight of patience's moving average: each eviction counts 1 / (MEMORY · present keys). */
  private static final double MEMORY = 2;

  /** More uses than this do not make a key stay longer. */
  private static final int MOST_USES = 15;

  /**
   * The number of pages of a typical session. Every key counts as used at least this often. So a
   * newcomer may stay as long as a user who asked for this many pages.
   */
  private static final int LEAST_USES = 5;

  /**
   * Per request, patience falls by at most this number divided by the worth of the evicted key.
   *
   * <p>So the due time of a key with {@link #MOST_USES} uses falls by at most 1 per request, if
   * both keys save the same amount of work per byte.
   */
  private static final double MOST_FALL = LEAST_USES / (double) MOST_USES;

  private final Map<KvKey, EvictionPlace> places = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long capacityBytes;

  /**
   * The number of requests so far. This number never falls. If it fell, a key that is used now
   * would look older than keys that were used just before.
   */
  private final AtomicLong time = new AtomicLong();

  /** The number of requests for which a key of worth 1 is kept unused. */
  private volatile double patience;

  @GuardedBy("lock")
  private final DueQueue queue = new DueQueue(places::size);

  @GuardedBy("lock")
  private final UseSketch departed = new UseSketch();

  /** The time, in requests, of the last eviction that followed the eviction order. */
  @GuardedBy("lock")
  private long passedAt;

  @GuardedBy("lock")
  private long bytes;

  EvictionOrder(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  /** Changes the capacity. {@link #overflow} then returns the entries to evict. */
  void resize(long bytes) {
    capacityBytes = bytes;
  }

  /** Counts a request for a key. The caller also reports the look-up to {@link #seen}. */
  void used(KvKey key) {
    EvictionPlace place = places.get(key);
    if (place != null) {
      count(place);
    }
  }

  /**
   * Notes that a key's entry was looked up. The key then stays as long as if a request had used it
   * now. A request looks an entry up once or several times. A look-up may also happen without a
   * request.
   */
  void seen(KvKey key) {
    EvictionPlace place = places.get(key);
    if (place != null) {
      stay(place);
    }
  }

  /** Returns the number of requests for a key, as far as the order remembers them. */
  int uses(KvKey key) {
    EvictionPlace place = places.get(key);
    if (place != null) {
      return place.uses;
    }
    lock.lock();
    try {
      return departed.uses(key);
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void count(EvictionPlace place) {
    time.incrementAndGet();
    place.uses++;
  }

  private void stay(EvictionPlace place) {
    long now = time.get();
    place.usedAt = now;
    place.due = now + patience * worth(place);
  }

  /** Adds a key's entry, or replaces it. */
  void put(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      EvictionPlace place = places.get(key);
      if (place == null) {
        place = new EvictionPlace(key, entry);
        place.uses = departed.uses(key);
        count(place);
        stay(place);
        places.put(key, place);
        queue.add(place);
      } else {
        bytes -= place.entry().block().bytes();
        place.replace(entry);
        stay(place);
      }
      bytes += entry.block().bytes();
    } finally {
      lock.unlock();
    }
  }

  private static double worth(EvictionPlace place) {
    return Math.max(LEAST_USES, Math.min(place.uses, MOST_USES)) * place.saving;
  }

  /** Removes a key whose entry is gone. Does nothing if the key has another entry by now. */
  void remove(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      EvictionPlace place = places.get(key);
      if (place != null && place.entry() == entry) {
        leave(place);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void leave(EvictionPlace place) {
    places.remove(place.key());
    bytes -= place.entry().block().bytes();
    place.leave();
  }

  /** Notes that an entry is about to be evicted because it is next in the order. */
  void pass(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      EvictionPlace place = places.get(key);
      if (place != null && place.entry() == entry) {
        passed(place);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void passed(EvictionPlace place) {
    int kept = Math.max(places.size(), LEAST_AGE);
    long now = time.get();
    double worth = worth(place);
    double before = patience;
    double last = (now - place.usedAt) / worth;
    double next = before + (last - before) / (MEMORY * kept);
    // If patience dropped faster than time passes, the newest keys would become due before older
    // keys.
    patience = Math.max(next, before - (now - passedAt) * MOST_FALL / worth);
    passedAt = now;
    departed.set(place.key(), place.uses, kept * DEPARTURES_PER_AGE);
  }

  /**
   * Removes and returns the entries that exceed the capacity, in eviction order. Never returns the
   * entry of {@code newest}.
   */
  List<Map.Entry<KvKey, KvEntry>> overflow(@Nullable KvKey newest) {
    List<Map.Entry<KvKey, KvEntry>> out = new ArrayList<>();
    DueQueue.Waiting spared = null;
    lock.lock();
    try {
      while (bytes > capacityBytes) {
        DueQueue.Waiting next = queue.next();
        if (next == null) {
          break;
        }
        EvictionPlace place = next.place();
        if (place.key().equals(newest)) {
          spared = next;
          continue;
        }
        passed(place);
        out.add(Map.entry(place.key(), place.entry()));
        leave(place);
      }
      if (spared != null) {
        queue.putBack(List.of(spared));
      }
    } finally {
      lock.unlock();
    }
    return out;
  }

  /**
   * Returns up to {@code limit} entries that satisfy {@code mayGo}, in eviction order. Examines at
   * most {@link #SEEN_PER_FIRST} · {@code limit} entries, and removes none.
   */
  List<Map.Entry<KvKey, KvEntry>> first(int limit, Predicate<KvEntry> mayGo) {
    List<Map.Entry<KvKey, KvEntry>> entries = new ArrayList<>();
    List<DueQueue.Waiting> taken = new ArrayList<>();
    lock.lock();
    try {
      while (taken.size() < SEEN_PER_FIRST * limit && entries.size() < limit) {
        DueQueue.Waiting next = queue.next();
        if (next == null) {
          break;
        }
        taken.add(next);
        if (mayGo.test(next.place().entry())) {
          entries.add(Map.entry(next.place().key(), next.place().entry()));
        }
      }
      queue.putBack(taken);
    } finally {
      lock.unlock();
    }
    return entries;
  }
}
