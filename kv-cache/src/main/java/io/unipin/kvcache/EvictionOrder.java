package io.unipin.kvcache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who goes next when entries fill their part of the budget. Thread-safe.
 *
 * <p>A use sets a few numbers without a lock. Only newcomers look at the order: the queue is sorted by what was known when a
 * key went in, and one that comes out but was used since goes back. O(log keys), amortised.
 */
final class EvictionOrder {
  /*
   * After GreedyDual-Size-Frequency. A key is worth what keeping it saves per byte, times how often it is used, and is kept
   * unused for its worth times a patience. Patience is measured: it follows the time that those who went had been unused,
   * by their worth, so that as many are kept as there is room for. All age alike, who comes often outlives who came once, and
   * a session, whose user was never here before, has its time: every newcomer begins above all who were not used for long.
   *
   * GreedyDual's own clock stands still between departures and jumps from one to the next. Where all are worth about as much, as
   * where most users come for one session, everyone since the last jump looks equally new to it, and it drops by worth alone those who
   * are in the middle of a session before those who ended one. Here time is counted in requests.
   *
   * L. Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy", HP Labs HPL-98-69,
   * 1998; P. Cao, S. Irani, "Cost-Aware WWW Proxy Caching Algorithms", 1997.
   */

  /** Entries that are looked at, at most, for one that may go. */
  private static final int SEEN_PER_FIRST = 4;

  /** Keys in the queue that are gone, at most, beside as many as are here. */
  private static final int SLACK = 64;

  /** Uses count for half after so many keys went for every one that is here. */
  private static final int DEPARTURES_PER_AGE = 2;

  private static final int LEAST_AGE = 64;

  /** Patience is a mean over the latest departures: so many for every key that is here. */
  private static final double MEMORY = 2;

  private static final int MOST_USES = 15;

  /** The pages of a session: whoever comes may stay as long as one who asked for so many. */
  private static final int LEAST_USES = 5;

  /** Fall of patience per request, at most, in requests that a key of few uses is kept; for one of most uses that is 1. */
  private static final double MOST_FALL = LEAST_USES / (double) MOST_USES;

  private static final class Place {
    private volatile KvEntry entry;
    private volatile long usedAt;

    /** The time at which it may go. */
    private volatile double due;

    /** Counted without a lock: a lost use is no harm. */
    private volatile int uses;

    Place(KvEntry entry) {
      this.entry = entry;
    }
  }

  /** A place in the queue, as it was when it went in; {@code number} tells equals apart. */
  private record Waiting(double due, long number, KvKey key, Place place) {
    private static final Comparator<Waiting> ORDER =
        Comparator.comparingDouble(Waiting::due).thenComparingLong(Waiting::number);
  }

  private final Map<KvKey, Place> places = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long capacityBytes;

  /** Requests. Never goes back: who comes now would look older than those who were here just before. */
  private final AtomicLong time = new AtomicLong();

  /** How many requests a key of worth 1 is kept unused. */
  private volatile double patience;

  /** May hold keys that left {@link #places}. */
  @GuardedBy("lock")
  private final PriorityQueue<Waiting> queue = new PriorityQueue<>(Waiting.ORDER);

  @GuardedBy("lock")
  private final UseSketch departed = new UseSketch();

  /** The time at which a key went last. */
  @GuardedBy("lock")
  private long passedAt;

  @GuardedBy("lock")
  private long bytes;

  @GuardedBy("lock")
  private long numbers;

  EvictionOrder(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  /** Changes the room; {@link #overflow} then tells who has to go. */
  void resize(long bytes) {
    capacityBytes = bytes;
  }

  /** A request asked for the key: counts. Its lookup is told to {@link #seen}. */
  void used(KvKey key) {
    Place place = places.get(key);
    if (place != null) {
      count(place);
    }
  }

  /** The key's entry was looked up, for a request, once more for the same one or ahead of any: it stays longer. */
  void seen(KvKey key) {
    Place place = places.get(key);
    if (place != null) {
      stay(place);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void count(Place place) {
    time.incrementAndGet();
    place.uses++;
  }

  private void stay(Place place) {
    long now = time.get();
    place.usedAt = now;
    place.due = now + patience * worth(place);
  }

  /** Notes the entry of a key. */
  void put(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      Place place = places.get(key);
      if (place == null) {
        place = new Place(entry);
        place.uses = departed.uses(key);
        count(place);
        stay(place);
        places.put(key, place);
        enqueue(key, place);
      } else {
        bytes -= place.entry.block().bytes();
        place.entry = entry;
        stay(place);
      }
      bytes += entry.block().bytes();
    } finally {
      lock.unlock();
    }
  }

  private static double worth(Place place) {
    return Math.max(LEAST_USES, Math.min(place.uses, MOST_USES)) * place.entry.saving();
  }

  @GuardedBy("lock")
  private void enqueue(KvKey key, Place place) {
    if (queue.size() > 2 * places.size() + SLACK) {
      queue.removeIf(waiting -> places.get(waiting.key()) != waiting.place());
    }
    queue.add(new Waiting(place.due, numbers++, key, place));
  }

  /** Forgets a key whose entry is gone; without effect when it has another entry by now. */
  void remove(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      Place place = places.get(key);
      if (place != null && place.entry == entry) {
        leave(key, place);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void leave(KvKey key, Place place) {
    places.remove(key);
    bytes -= place.entry.block().bytes();
  }

  /** Says that it is an entry's turn, which is about to go. */
  void pass(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      Place place = places.get(key);
      if (place != null && place.entry == entry) {
        passed(key, place);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void passed(KvKey key, Place place) {
    int kept = Math.max(places.size(), LEAST_AGE);
    long now = time.get();
    double worth = worth(place);
    double before = patience;
    double last = (now - place.usedAt) / worth;
    double next = before + (last - before) / (MEMORY * kept);
    // Falling faster than time goes on, it would have the newest due before those before them.
    patience = Math.max(next, before - (now - passedAt) * MOST_FALL / worth);
    passedAt = now;
    departed.set(key, place.uses, kept * DEPARTURES_PER_AGE);
  }

  /** Takes out and returns the entries for which there is no room; that of {@code newest} stays. */
  List<Map.Entry<KvKey, KvEntry>> overflow(@Nullable KvKey newest) {
    List<Map.Entry<KvKey, KvEntry>> out = new ArrayList<>();
    Waiting spared = null;
    lock.lock();
    try {
      while (bytes > capacityBytes) {
        Waiting next = next();
        if (next == null) {
          break;
        }
        if (next.key().equals(newest)) {
          spared = next;
          continue;
        }
        passed(next.key(), next.place());
        out.add(Map.entry(next.key(), next.place().entry));
        leave(next.key(), next.place());
      }
      if (spared != null) {
        queue.add(spared);
      }
    } finally {
      lock.unlock();
    }
    return out;
  }

  /** Returns the entries next to go that may, at most {@code limit} of a few times as many; they stay. */
  List<Map.Entry<KvKey, KvEntry>> first(int limit, Predicate<KvEntry> mayGo) {
    List<Map.Entry<KvKey, KvEntry>> entries = new ArrayList<>();
    List<Waiting> taken = new ArrayList<>();
    lock.lock();
    try {
      while (taken.size() < SEEN_PER_FIRST * limit && entries.size() < limit) {
        Waiting next = next();
        if (next == null) {
          break;
        }
        taken.add(next);
        if (mayGo.test(next.place().entry)) {
          entries.add(Map.entry(next.key(), next.place().entry));
        }
      }
      queue.addAll(taken);
    } finally {
      lock.unlock();
    }
    return entries;
  }

  /** Takes out of the queue the key that is next to go. */
  @GuardedBy("lock")
  private @Nullable Waiting next() {
    for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
      if (places.get(next.key()) == next.place()) {
        if (next.place().due <= next.due()) {
          return next;
        }
        enqueue(next.key(), next.place());
      }
    }
    return null;
  }
}
