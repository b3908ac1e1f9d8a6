package io.unipin.serving.items.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/**
 * The slots of live items in a model's table. A freed slot is used again only after every reader
 * that was open when it was freed has closed. One thread at a time.
 */
final class SlotPool {
  private final int limit;
  private final ReadEpochs readers;
  private final IntConsumer onReusable;
  private final Deque<Integer> free = new ArrayDeque<>();
  private final Deque<Freed> waiting = new ArrayDeque<>();

  /** The first slot that was never used. */
  private int unused;

  /** A slot with the epoch in which it was freed. */
  private record Freed(int slot, long epoch) {}

  /**
   * Creates a pool of {@code limit} slots. It calls {@code onReusable} with a slot that no reader
   * knows any more.
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

  /** Returns the number of slots that wait for their readers. */
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

  /** Returns a slot that no reader has seen. */
  void giveBack(int slot) {
    free.add(slot);
  }

  /** Frees a slot that readers may know. No later reader may find it. */
  void release(int slot) {
    waiting.add(new Freed(slot, readers.now()));
  }

  /** Returns a bound of the slots that were ever taken. */
  int used() {
    return unused;
  }
}
