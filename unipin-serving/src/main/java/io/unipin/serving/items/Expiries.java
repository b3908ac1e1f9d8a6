package io.unipin.serving.items;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The times at which items expire: a table from ids to times, and a binary heap with the earliest
 * time first. Not thread-safe.
 *
 * <p>A removed time stays in the heap until it is the earliest, or until removed times are the
 * larger part of the heap. So a change takes O(log items), and memory follows the number of items.
 */
final class Expiries {
  private static final int LEAST = 16;

  private final LongTable times = new LongTable(1);

  /** The heap: entry i is not later than entries 2 i + 1 and 2 i + 2. */
  private long[] heapTimes = new long[LEAST];

  private long[] heapIds = new long[LEAST];
  private int heaped;

  /** Sets the time at which an item expires. */
  void set(long id, long timeMs) {
    if (times.holds(id) && times.get(id, 0, 0) == timeMs) {
      return;
    }
    times.put(id, timeMs);
    push(id, timeMs);
    renewIfDue(); // the item's earlier time is still in the heap
  }

  /** Removes an item's time, if it has one. */
  void remove(long id) {
    if (times.remove(id)) {
      renewIfDue();
    }
  }

  /**
   * Returns the ids of items that have expired at the given time. They stay in the table until they
   * are removed.
   */
  long[] due(long nowMs) {
    while (heaped > 0 && !isCurrent(0)) {
      pop();
    }
    return due(0, nowMs).distinct().toArray();
  }

  private LongStream due(int entry, long nowMs) {
    if (entry >= heaped || heapTimes[entry] > nowMs) {
      return LongStream.empty();
    }
    LongStream later = LongStream.concat(due(2 * entry + 1, nowMs), due(2 * entry + 2, nowMs));
    return isCurrent(entry) ? LongStream.concat(LongStream.of(heapIds[entry]), later) : later;
  }

  private boolean isCurrent(int entry) {
    long id = heapIds[entry];
    return times.holds(id) && times.get(id, 0, 0) == heapTimes[entry];
  }

  /** If removed times are the larger part of the heap, builds the heap anew without them. */
  private void renewIfDue() {
    if (heaped <= 2 * times.size() + LEAST) {
      return;
    }
    heaped = 0;
    heapTimes = new long[LEAST];
    heapIds = new long[LEAST];
    for (long id : times.keys()) {
      push(id, times.get(id, 0, 0));
    }
  }

  private void push(long id, long timeMs) {
    if (heaped == heapIds.length) {
      heapTimes = Arrays.copyOf(heapTimes, Math.addExact(heaped, heaped / 4));
      heapIds = Arrays.copyOf(heapIds, heapTimes.length);
    }
    int entry = heaped++;
    for (int parent = (entry - 1) / 2;
        entry > 0 && heapTimes[parent] > timeMs;
        parent = (entry - 1) / 2) {
      move(parent, entry);
      entry = parent;
    }
    heapTimes[entry] = timeMs;
    heapIds[entry] = id;
  }

  /** Removes the earliest entry. */
  private void pop() {
    heaped--;
    long timeMs = heapTimes[heaped];
    long id = heapIds[heaped];
    int entry = 0;
    for (int child = earlierChild(0);
        child < heaped && heapTimes[child] < timeMs;
        child = earlierChild(entry)) {
      move(child, entry);
      entry = child;
    }
    heapTimes[entry] = timeMs;
    heapIds[entry] = id;
  }

  /**
   * Returns which child of an entry expires first. If the entry has no child, the result is at
   * least {@link #heaped}.
   */
  private int earlierChild(int entry) {
    int left = 2 * entry + 1;
    int right = left + 1;
    return right < heaped && heapTimes[right] < heapTimes[left] ? right : left;
  }

  private void move(int from, int to) {
    heapTimes[to] = heapTimes[from];
    heapIds[to] = heapIds[from];
  }
}
