package io.unipin.kvcache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keys that came last, whose entries the frequency policy does not see yet. Thread-safe.
 *
 * <p>A session is a burst: its user was never here before, asks for a few pages within minutes, and goes. A policy that
 * admits by frequency turns such a newcomer away in favour of users who asked as often and are gone. So a new key first
 * passes a window of its own part of the budget: it leaves it when the window is full and it was not used since the
 * hand last passed it (to come counts as a use), and then has to win against the others by frequency.
 *
 * <p>What an entry saves counts too: one whose rows cost more to encode per byte than those of others, which is to say a
 * long history, is passed twice by the hand before it leaves.
 *
 * <p>A use sets a number without a lock; only newcomers move the hand, O(1) amortised.
 *
 * <p>Source of the second chance: F. J. Corbató, "A Paging Experiment with the Multics System", 1968 (CLOCK). Of a window
 * in front of TinyLFU: G. Einziger, R. Friedman, B. Manes, "TinyLFU", ACM Transactions on Storage 13(4), 2017.
 */
final class RecencyWindow {
  private static final class Place {
    private volatile KvEntry entry;

    /** How often the hand passes since the last use. */
    private volatile int passes;

    private volatile int passesLeft;

    Place(KvEntry entry) {
      this.entry = entry;
    }

    void used() {
      if (passesLeft < passes) {
        passesLeft = passes;
      }
    }
  }

  /** An entry that saves so many times what others do stays longer. */
  private static final double DENSE = 1.25;

  /** Newcomers that the mean saving is taken over. */
  private static final double MEMORY = 256;

  private volatile long capacityBytes;
  private final Map<KvKey, Place> places = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();

  /** In the order in which the hand will pass them; a key that left {@link #places} is skipped. */
  @GuardedBy("lock")
  private final Deque<Map.Entry<KvKey, Place>> hand = new ArrayDeque<>();

  @GuardedBy("lock")
  private long bytes;

  /** Of the newcomers of late; the first is compared with nothing. */
  @GuardedBy("lock")
  private double meanSaving = Double.POSITIVE_INFINITY;

  RecencyWindow(long capacityBytes) {
    this.capacityBytes = capacityBytes;
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
      place.used();
    }
  }

  /** Notes the entry of a key, which comes in if it is not here. */
  void put(KvKey key, KvEntry entry) {
    lock.lock();
    try {
      Place place = places.get(key);
      if (place == null) {
        place = new Place(entry);
        places.put(key, place);
        hand.addLast(Map.entry(key, place));
      } else {
        bytes -= place.entry.block().bytes();
        place.entry = entry;
      }
      bytes += entry.block().bytes();
      place.passes = entry.saving() > DENSE * meanSaving ? 2 : 1;
      place.used();
      meanSaving =
          Double.isInfinite(meanSaving)
              ? entry.saving()
              : meanSaving + (entry.saving() - meanSaving) / MEMORY;
    } finally {
      lock.unlock();
    }
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
        Map.Entry<KvKey, Place> next = hand.removeFirst();
        KvKey key = next.getKey();
        Place place = next.getValue();
        if (places.get(key) == place) {
          if (place.passesLeft > 0 || hand.isEmpty()) {
            place.passesLeft = Math.max(0, place.passesLeft - 1);
            hand.addLast(next);
          } else {
            places.remove(key);
            bytes -= place.entry.block().bytes();
            out.add(key);
          }
        }
      }
      while (!hand.isEmpty() && isStale(hand.peekFirst())) {
        hand.removeFirst();
      }
    } finally {
      lock.unlock();
    }
    return out;
  }

  @GuardedBy("lock")
  private boolean isStale(Map.@Nullable Entry<KvKey, Place> next) {
    return next != null && places.get(next.getKey()) != next.getValue();
  }
}
