package io.unipin.kvcache;

import java.util.Collection;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue of the keys of an {@link EvictionOrder}, ordered by due time. The queue holds the
 * {@link EvictionPlace} of each key. A key is present while the eviction order has an entry for the
 * key. The due time of a queued key may change. The lock of the eviction order guards the queue.
 *
 * <p>The queue is lazily ordered: if the due time of a polled key has changed, the key is queued
 * again. Places whose key is no longer present are dropped later. Each call takes O(log keys),
 * amortised.
 */
final class DueQueue {
  /**
   * If the queue holds more than 2 · (number of present keys) + this number of places, it drops all
   * places whose key is no longer present.
   */
  private static final int SLACK = 64;

  /**
   * A queued place. {@code due} is the due time that the key had when the place was queued. Places
   * with equal due times are ordered by {@code number}.
   */
  record Waiting(double due, long number, EvictionPlace place) {
    private static final Comparator<Waiting> ORDER =
        Comparator.comparingDouble(Waiting::due).thenComparingLong(Waiting::number);
  }

  private final IntSupplier present;
  private final PriorityQueue<Waiting> queue = new PriorityQueue<>(Waiting.ORDER);

  private long numbers;

  /** @param present returns the number of present keys */
  DueQueue(IntSupplier present) {
    this.present = present;
  }

  void add(EvictionPlace place) {
    if (queue.size() > 2 * present.getAsInt() + SLACK) {
      queue.removeIf(waiting -> !waiting.place().isPresent());
    }
    queue.add(new Waiting(place.due, numbers++, place));
  }

  /**
   * Removes and returns the place of the present key with the smallest due time. Returns null if no
   * present key is queued.
   */
  @Nullable Waiting next() {
    for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
      if (next.place().isPresent()) {
        if (next.place().due <= next.due()) {
          return next;
        }
        add(next.place());
      }
    }
    return null;
  }

  /**
   * Puts places back into the queue. {@link #next} returned these places, and their keys stay in
   * the eviction order.
   */
  void putBack(Collection<Waiting> stay) {
    queue.addAll(stay);
  }
}
