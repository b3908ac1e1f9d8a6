package io.unipin.kvcache;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The right to write one key's entry, held from the look-up that found work to do until the rows are published or given
 * up. Not tied to a thread. Thread-safe.
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

  /** Takes the right to publish away: the key was erased. */
  void revoke() {
    revoked = true;
  }

  boolean isRevoked() {
    return revoked;
  }

  void finish() {
    done.countDown();
  }

  /** Waits for the holder, and says whether it was done by the deadline on {@link System#nanoTime}. */
  boolean await(long deadlineNanos) {
    try {
      return done.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KvCacheException("interrupted while another request was writing the entry", e);
    }
  }
}
