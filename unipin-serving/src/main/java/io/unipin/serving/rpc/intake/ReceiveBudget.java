package io.unipin.serving.rpc.intake;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One bound for the bytes of all calls of a server: of messages that are being received, and of requests that are read and not
 * answered yet.
 *
 * <p>Where it does not suffice, the largest call that is not complete yet is refused first, so that a client that holds many of
 * them keeps nobody else out. A call is complete once its client has ended it, not with its message. Thread-safe.
 */
public final class ReceiveBudget {
  private final long bytes;
  private final AtomicLong used = new AtomicLong();
  private final Set<Receipt> incomplete = ConcurrentHashMap.newKeySet();

  public ReceiveBudget(long bytes) {
    this.bytes = bytes;
  }

  /** Bytes in use. */
  public long used() {
    return used.get();
  }

  /** Adds bytes of a call; some call is refused where that is too much, perhaps this one. */
  void take(Receipt receipt, long more) {
    if (receipt.isIncomplete()) {
      incomplete.add(receipt);
    }
    if (used.addAndGet(more) > bytes) {
      makeRoom(receipt);
    }
  }

  /**
   * A message is complete and costs another number of bytes from now on. Others are refused before it, but from then on it may be
   * refused like them.
   */
  void swap(Receipt receipt, long before, long now) {
    incomplete.remove(receipt);
    if (used.addAndGet(now - before) > bytes) {
      makeRoom(receipt);
    }
    if (receipt.isIncomplete()) {
      incomplete.add(receipt);
    }
  }

  void give(long less) {
    used.addAndGet(-less);
  }

  /** The call is complete, or at an end. */
  void complete(Receipt receipt) {
    incomplete.remove(receipt);
  }

  private synchronized void makeRoom(Receipt last) {
    while (used.get() > bytes) {
      Optional<Receipt> largest =
          incomplete.stream().max(Comparator.comparingLong(Receipt::heldBytes));
      if (largest.isEmpty()) {
        last.refuse(Receipt.overloaded());
        return;
      }
      incomplete.remove(largest.get());
      largest.get().refuse(Receipt.overloaded());
    }
  }
}
