package io.unipin.kvcache;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * A tier that notes what it gets. A test can make the next write or step of upkeep wait, and then
 * fail. Thread-safe.
 */
final class StepTier implements KvTier {
  static final long WRITTEN_BYTES = 100;

  /** The keys that were written, the earliest first. */
  final List<KvKey> written = new CopyOnWriteArrayList<>();

  /** The number of steps of upkeep that were begun. */
  final AtomicInteger upkeeps = new AtomicInteger();

  private final boolean shared;

  /** The number of steps of upkeep that are left. */
  private final AtomicInteger left;

  private volatile CountDownLatch begun = new CountDownLatch(0);
  private volatile CountDownLatch mayEnd = new CountDownLatch(0);
  private volatile boolean fails;
  private volatile boolean closed;
  private volatile Thread thread = Thread.currentThread();

  /**
   * @param left number of steps of upkeep after which more upkeep is left
   */
  StepTier(boolean shared, int left) {
    this.shared = shared;
    this.left = new AtomicInteger(left);
  }

  /** Returns once a thread waits, such as for a lock or for another thread. */
  static void awaitWaiting(Thread thread) {
    await(() -> thread.getState() == Thread.State.WAITING);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("the test took too long");
      }
      Thread.onSpinWait();
    }
  }

  /** Returns once this number of steps of upkeep have begun and the thread waits for work. */
  void awaitUpkeep(int steps) {
    await(() -> upkeeps.get() >= steps);
    awaitWaiting(thread);
  }

  /** Makes the next step wait until {@link #release}. */
  void shut() {
    begun = new CountDownLatch(1);
    mayEnd = new CountDownLatch(1);
  }

  /** Returns once a step has begun to wait. */
  void awaitStep() {
    await(begun);
  }

  void release() {
    mayEnd.countDown();
  }

  /** Makes one step fail: the step that waits, or the next one. */
  void fail() {
    fails = true;
  }

  boolean isClosed() {
    return closed;
  }

  /** Returns the thread of the last step. */
  Thread thread() {
    return thread;
  }

  private void step() throws IOException {
    thread = Thread.currentThread();
    begun.countDown();
    await(mayEnd);
    if (fails) {
      fails = false;
      throw new IOException("No space left on device");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public boolean isShared() {
    return shared;
  }

  @Override
  public Optional<Held> find(KvKey key, KvLayout layout, TokenHashes hashes, long deadlineNanos) {
    return Optional.empty();
  }

  @Override
  public long write(KvSnapshot rows) throws IOException {
    step();
    written.add(rows.key());
    return WRITTEN_BYTES;
  }

  @Override
  public boolean eraseUser(String user) {
    return written.removeIf(key -> key.user().equals(user));
  }

  @Override
  public void eraseFingerprint(String fingerprint) {
    written.removeIf(key -> key.fingerprint().equals(fingerprint));
  }

  @Override
  public boolean upkeep() throws IOException {
    upkeeps.incrementAndGet();
    step();
    return left.getAndUpdate(steps -> Math.max(0, steps - 1)) > 0;
  }

  @Override
  public Space space() {
    return new Space(0, 0, written.size(), 0);
  }

  @Override
  public void close() {
    closed = true;
  }
}
