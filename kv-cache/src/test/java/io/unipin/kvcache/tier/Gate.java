package io.unipin.kvcache.tier;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Opens files whose writes a test can block or make fail. Thread-safe. */
final class Gate {
  private volatile CountDownLatch open = new CountDownLatch(0);
  private volatile CountDownLatch waits = new CountDownLatch(0);
  private volatile boolean full;

  /** Makes all writes wait until {@link #release}. */
  void shut() {
    waits = new CountDownLatch(1);
    open = new CountDownLatch(1);
  }

  /** Returns once a write has begun to wait. */
  void awaitWriter() {
    await(waits);
  }

  void release() {
    open.countDown();
  }

  /** Sets whether writes fail, as on a full disk. */
  void full(boolean isFull) {
    full = isFull;
  }

  Disk open(Path path) throws IOException {
    return new ForwardingDisk(FileDisk.open(path)) {
      @Override
      public void write(ByteBuffer from, long at) throws IOException {
        waits.countDown();
        await(open);
        if (full) {
          throw new IOException("No space left on device");
        }
        super.write(from, at);
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
