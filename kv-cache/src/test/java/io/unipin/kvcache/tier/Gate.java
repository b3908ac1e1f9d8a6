package io.unipin.kvcache.tier;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Files whose writes wait or fail while a test wants it. Thread-safe. */
final class Gate {
  private volatile CountDownLatch open = new CountDownLatch(0);
  private volatile CountDownLatch waits = new CountDownLatch(0);
  private volatile boolean full;

  /** Lets writes wait from now on. */
  void shut() {
    waits = new CountDownLatch(1);
    open = new CountDownLatch(1);
  }

  /** Waits until a write waits. */
  void awaitWriter() {
    await(waits);
  }

  void release() {
    open.countDown();
  }

  /** Lets writes fail, or succeed again. */
  void full(boolean isFull) {
    full = isFull;
  }

  Disk open(Path path) throws IOException {
    Disk disk = FileDisk.open(path);
    return new Disk() {
      @Override
      public void read(ByteBuffer to, long at) throws IOException {
        disk.read(to, at);
      }

      @Override
      public void write(ByteBuffer from, long at) throws IOException {
        waits.countDown();
        await(open);
        if (full) {
          throw new IOException("No space left on device");
        }
        disk.write(from, at);
      }

      @Override
      public void force() throws IOException {
        disk.force();
      }

      @Override
      public long size() throws IOException {
        return disk.size();
      }

      @Override
      public void truncate(long size) throws IOException {
        disk.truncate(size);
      }

      @Override
      public void close() throws IOException {
        disk.close();
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
