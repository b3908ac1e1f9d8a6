package io.unipin.kvcache;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The right to write one key's entry. Thread-safe, and not tied to a thread.
 *
 * <p>A request takes its slot when a look-up finds rows to write. It holds the slot until the rows
 * are published or given up.
 */
final class WriterSlot {
  private final KvKey key;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean revoked;

  WriterSlot(KvKey key) {
    this.key = key;
  }

  KvKey key() {
    return key;
  }

  /** Withdraws the right to publish, because the key was erased. */
  void revoke() {
    revoked = true;
  }

  boolean isRevoked() {
    return revoked;
  }

  void finish() {
    done.countDown();
  }

  /**
   * Waits for the holder to finish. Returns whether the holder finished by the deadline on
   * {@link System#nanoTime}.
   */
  boolean await(long deadlineNanos) {
    try {
      return done.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KvCacheException("interrupted while another request was writing the entry", e);
    }
  }
}
