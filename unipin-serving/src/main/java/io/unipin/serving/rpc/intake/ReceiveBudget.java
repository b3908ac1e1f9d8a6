package io.unipin.serving.rpc.intake;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A common bound for the bytes of all calls of a server. It counts messages that are being
 * received, and requests that were read but not answered yet.
 *
 * <p>When the bound is exceeded, the largest incomplete call is refused first. So a client with
 * many incomplete calls can't block other clients. A call is complete when its client has ended it,
 * not when its message has arrived. Thread-safe.
 */
public final class ReceiveBudget {
  private final long bytes;
  private final AtomicLong used = new AtomicLong();
  private final Set<Receipt> incomplete = ConcurrentHashMap.newKeySet();

  public ReceiveBudget(long bytes) {
    this.bytes = bytes;
  }

  /** Returns the number of bytes in use. */
  public long used() {
    return used.get();
  }

  /**
   * Adds bytes of a call. If the total then exceeds the bound, a call is refused, perhaps this
   * call.
   */
  void take(Receipt receipt, long more) {
    if (receipt.isIncomplete()) {
      incomplete.add(receipt);
    }
    if (used.addAndGet(more) > bytes) {
      makeRoom(receipt);
    }
  }

  /**
   * Changes the cost of a call whose message is complete. If the total then exceeds the bound,
   * other incomplete calls are refused before this call. After that, this call counts as incomplete
   * until its client ends it, and may be refused like any other incomplete call.
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

  /** Notes that the call is complete or has ended. */
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
