package io.unipin.serving.items.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/**
 * The slots of live items in a model's table. A freed slot is reused only after all readers that
 * were open when it was freed have closed. Not thread-safe.
 */
final class SlotPool {
  private final int limit;
  private final ReadEpochs readers;
  private final IntConsumer onReusable;
  private final Deque<Integer> free = new ArrayDeque<>();
  private final Deque<Freed> waiting = new ArrayDeque<>();

  /** Number of the first slot that was never taken. */
  private int unused;

  /** A slot with the epoch in which it was freed. */
  private record Freed(int slot, long epoch) {}

  /**
   * Creates a pool of {@code limit} slots. The pool calls {@code onReusable} with each freed slot
   * that no reader knows any more.
   */
  SlotPool(int limit, ReadEpochs readers, IntConsumer onReusable) {
    this.limit = limit;
    this.readers = readers;
    this.onReusable = onReusable;
  }

  /** Returns the number of slots that can be taken now. */
  int available() {
    readers.advance();
    while (!waiting.isEmpty() && readers.isOver(waiting.peek().epoch())) {
      int slot = waiting.remove().slot();
      onReusable.accept(slot);
      free.add(slot);
    }
    return free.size() + limit - unused;
  }

  /** Returns the number of freed slots that readers may still know. */
  int waiting() {
    return waiting.size();
  }

  int take() {
    if (!free.isEmpty()) {
      return free.remove();
    }
    if (unused == limit) {
      throw new IllegalStateException("a free slot of " + limit + " expected, got none");
    }
    return unused++;
  }

  /** Frees a slot that no reader has seen. It can be taken again immediately. */
  void giveBack(int slot) {
    free.add(slot);
  }

  /** Frees a slot that open readers may know. Readers that open later must not find the slot. */
  void release(int slot) {
    waiting.add(new Freed(slot, readers.now()));
  }

  /** Returns the number of slots that were ever taken. These are the first slots of the pool. */
  int used() {
    return unused;
  }
}
