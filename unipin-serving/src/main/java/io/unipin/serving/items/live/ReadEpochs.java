package io.unipin.serving.items.live;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells when all readers that were open at a certain time have closed. Readers take no lock and
 * never wait.
 *
 * <p>Any number of threads may open and close readers at the same time. Only one thread at a time
 * may call {@link #advance}.
 */
final class ReadEpochs {
  /*
   * Epoch-based reclamation (Fraser, "Practical lock-freedom", 2004, section 5.2.3).
   *
   * A reader counts itself in the epoch that it enters. Two counters are enough, because epoch e +
   * 1 begins only when no reader of epoch e - 1 is left.
   *
   * Suppose that an object is removed in epoch e, so that later readers can't reach it. Readers
   * that can still reach it entered in epoch e or earlier. So all such readers have closed when
   * epoch e + 2 begins.
   */
  private final AtomicLong epoch = new AtomicLong();
  private final AtomicLong[] open = {new AtomicLong(), new AtomicLong()};

  /** Opens a reader and returns its epoch. */
  long enter() {
    while (true) {
      long now = epoch.get();
      open[parity(now)].incrementAndGet();
      if (epoch.get() == now) {
        return now;
      }
      open[parity(now)].decrementAndGet(); // the epoch ended before the reader was counted
    }
  }

  /** Closes a reader of the given epoch. */
  void leave(long entered) {
    open[parity(entered)].decrementAndGet();
  }

  long now() {
    return epoch.get();
  }

  /** Whether every reader that was open in the given epoch has closed. */
  boolean isOver(long earlier) {
    return epoch.get() >= earlier + 2;
  }

  /** Begins up to two further epochs, as far as open readers allow it. */
  void advance() {
    for (int step = 0; step < 2; step++) {
      long now = epoch.get();
      if (open[parity(now + 1)].get() == 0) {
        epoch.set(now + 1);
      }
    }
  }

  private static int parity(long epoch) {
    return (int) (epoch & 1);
  }
}
