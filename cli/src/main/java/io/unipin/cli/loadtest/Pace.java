package io.unipin.cli.loadtest;

import java.util.concurrent.locks.LockSupport;

/** The clock that decides when the calls of a run are sent. */
public interface Pace {
  long nanos();

  /** Waits until the clock shows this time or a later time. */
  void awaitNanos(long nanos);

  /** Returns the machine's clock. */
  static Pace ofSystem() {
    return new Pace() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void awaitNanos(long nanos) {
        for (long left = nanos - nanos(); left > 0; left = nanos - nanos()) {
          LockSupport.parkNanos(left);
          if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted");
          }
        }
      }
    };
  }
}
