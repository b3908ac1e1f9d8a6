package io.unipin.kvcache;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A queue of keys, ordered by due time. It holds the present keys: the keys that have an entry. The
 * due time of a queued key may change. Guarded by the lock of the {@link EvictionOrder} that owns
 * it.
 *
 * <p>The queue is lazily ordered: if the due time of a polled key has changed, the key is queued
 * again. Each call takes O(log keys), amortised.
 */
final class DueQueue {
  /**
   * Stale keys are removed once the queue holds more keys than twice the number of present keys
   * plus this number.
   */
  private static final int SLACK = 64;

  /**
   * A queued key. {@code due} is the key's due time when it was queued. {@code number} makes the
   * order of equal due times definite.
   */
  record Waiting(double due, long number, KvKey key, EvictionPlace place) {
    private static final Comparator<Waiting> ORDER =
        Comparator.comparingDouble(Waiting::due).thenComparingLong(Waiting::number);
  }

  private final Map<KvKey, EvictionPlace> places;

  /** The queued keys. A queued key may be absent from {@link #places}. */
  private final PriorityQueue<Waiting> queue = new PriorityQueue<>(Waiting.ORDER);

  private long numbers;

  /** @param places the places of the present keys. The {@link EvictionOrder} changes this map. */
  DueQueue(Map<KvKey, EvictionPlace> places) {
    this.places = places;
  }

  void add(KvKey key, EvictionPlace place) {
    if (queue.size() > 2 * places.size() + SLACK) {
      queue.removeIf(waiting -> places.get(waiting.key()) != waiting.place());
    }
    queue.add(new Waiting(place.due, numbers++, key, place));
  }

  /**
   * Removes the queued key with the smallest due time and returns it, or returns null if no key is
   * queued.
   */
  @Nullable Waiting next() {
    for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
      if (places.get(next.key()) == next.place()) {
        if (next.place().due <= next.due()) {
          return next;
        }
        add(next.key(), next.place());
      }
    }
    return null;
  }

  /** Queues keys again. {@link #next} returned these keys, and they stay in the order. */
  void putBack(Collection<Waiting> stay) {
    queue.addAll(stay);
  }
}
