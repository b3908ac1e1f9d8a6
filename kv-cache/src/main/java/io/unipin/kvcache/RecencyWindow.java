package io.unipin.kvcache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys that came last, whose entries the frequency policy does not see yet. Thread-safe.
 *
 * <p>A session is a burst: its user was never here before, asks for a few pages within minutes, and goes. A policy that
 * admits by frequency turns such a newcomer away in favour of users who asked as often and are gone. So a new key first
 * passes a window of its own part of the budget: when the window is full the key that was not used for the longest time
 * leaves it, and then has to win against the others by frequency.
 *
 * <p>What an entry saves counts too: one whose rows cost more to encode per byte than those of others counts as used a
 * little later than it was, a cheaper one as a little earlier.
 *
 * <p>A use sets a number without a lock. Only newcomers look at the order: the queue is sorted by when keys were used as far
 * as it knows, and one that comes out but was used since goes back in. O(log keys), amortised.
 *
 * <p>Source of a window in front of TinyLFU: G. Einziger, R. Friedman, B. Manes, "TinyLFU", ACM Transactions on Storage
 * 13(4), 2017. Of trading cost for age: P. Cao, S. Irani, "Cost-Aware WWW Proxy Caching Algorithms" (GreedyDual-Size), 1997.
 */
final class RecencyWindow {
  /** How much of the usual stay a cost can add to or take from it, at most. */
  private static final double MOST_CREDIT = 0.5;

  /** Keys that the means are taken over. */
  private static final double MEMORY = 256;

  private static final class Place {
    private volatile KvEntry entry;
    private volatile long usedAt;

    Place(KvEntry entry, long usedAt) {
      this.entry = entry;
      this.usedAt = usedAt;
    }
  }

  /** A place in the queue, with what was known of it when it went in; {@code number} tells equal times apart. */
  private record Waiting(long usedAt, long due, long number, KvKey key, Place place) {
    private static final Comparator<Waiting> ORDER =
        Comparator.comparingLong(Waiting::due).thenComparingLong(Waiting::number);
  }

  private final LongSupplier nanos;
  private final Map<KvKey, Place> places = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long capacityBytes;

  /** May hold keys that left {@link #places}. */
  @GuardedBy("lock")
  private final PriorityQueue<Waiting> queue = new PriorityQueue<>(Waiting.ORDER);

  @GuardedBy("lock")
  private long bytes;

  @GuardedBy("lock")
  private long numbers;

  @GuardedBy("lock")
  private double meanSaving;

  /** Nanoseconds from the last use until a key leaves, on average. */
  @GuardedBy("lock")
  private double meanStay;

  RecencyWindow(long capacityBytes) {
    this(capacityBytes, System::nanoTime);
  }

  RecencyWindow(long capacityBytes, LongSupplier nanos) {
    this.capacityBytes = capacityBytes;
    this.nanos = nanos;
  }

  /** Changes the room; {@link #overflow} then tells who has to go. */
  void resize(long bytes) {
    capacityBytes = bytes;
  }

  boolean holds(KvKey key) {
    return places.containsKey(key);
  }

  void used(KvKey key) {
    Place place = places.get(key);
    if (place != null) {
      place.usedAt = nanos.getAsLong();
    }
  }

  /** Notes the entry of a key, which comes in if it is not here. */
  void put(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      Place place = places.get(key);
      if (place == null) {
        place = new Place(entry, nanos.getAsLong());
        places.put(key, place);
        enqueue(key, place);
      } else {
        bytes -= place.entry.block().bytes();
        place.entry = entry;
        place.usedAt = nanos.getAsLong();
      }
      bytes += entry.block().bytes();
      meanSaving = meanSaving == 0 ? entry.saving() : mean(meanSaving, entry.saving());
    } finally {
      lock.unlock();
    }
  }

  private static double mean(double before, double next) {
    return before + (next - before) / MEMORY;
  }

  @GuardedBy("lock")
  private void enqueue(KvKey key, Place place) {
    long usedAt = place.usedAt;
    double saving = place.entry.saving() / meanSaving - 1; // not a number before the first mean
    double credit = Math.max(-MOST_CREDIT, Math.min(saving, MOST_CREDIT));
    long due = usedAt + (long) (meanStay * (Double.isNaN(credit) ? 0 : credit));
    queue.add(new Waiting(usedAt, due, numbers++, key, place));
  }

  /** Notes that the entry of a key became a shorter one of the same block. */
  void replace(KvKey key, KvEntry old, KvEntry entry) {
    lock.lock();
    try {
      Place place = places.get(key);
      if (place != null && place.entry == old) {
        place.entry = entry;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets a key go whose entry is gone; without effect when it has another entry by now. */
  void remove(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      Place place = places.get(key);
      if (place != null && place.entry == entry) {
        places.remove(key);
        bytes -= entry.block().bytes();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes out and returns the keys for which there is no room; the last that came stays. */
  List<KvKey> overflow() {
    List<KvKey> out = new ArrayList<>();
    lock.lock();
    try {
      while (bytes > capacityBytes && places.size() > 1) {
        Waiting oldest = oldest();
        if (oldest == null) {
          break;
        }
        places.remove(oldest.key());
        bytes -= oldest.place().entry.block().bytes();
        meanStay = mean(meanStay, (double) (nanos.getAsLong() - oldest.usedAt()));
        out.add(oldest.key());
      }
    } finally {
      lock.unlock();
    }
    return out;
  }

  /** Returns the entries next to leave, at most {@code limit}; they stay. */
  List<Map.Entry<KvKey, KvEntry>> oldest(int limit) {
    List<Map.Entry<KvKey, KvEntry>> entries = new ArrayList<>();
    List<Waiting> taken = new ArrayList<>();
    lock.lock();
    try {
      for (Waiting next = oldest(); next != null; next = oldest()) {
        taken.add(next);
        entries.add(Map.entry(next.key(), next.place().entry));
        if (entries.size() == limit) {
          break;
        }
      }
      queue.addAll(taken);
    } finally {
      lock.unlock();
    }
    return entries;
  }

  /** Takes out of the queue the key that is next to leave. */
  @GuardedBy("lock")
  private @Nullable Waiting oldest() {
    for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
      if (places.get(next.key()) == next.place()) {
        if (next.place().usedAt <= next.usedAt()) {
          return next;
        }
        enqueue(next.key(), next.place());
      }
    }
    return null;
  }
}
