package io.unipin.kvcache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The work that waits for the thread of a {@link TierWriter}: tasks, entries to write, and upkeep.
 * Many threads add to it, and one thread takes from it. Thread-safe.
 */
final class TierInbox {
  /** While writes wait, the thread does one step of upkeep after this many writes. */
  private static final int WRITES_PER_UPKEEP = 16;

  /** Time for which entries are still written after {@link #close}. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final TierQueue queue;

  @GuardedBy("lock")
  private final Deque<FutureTask<?>> tasks = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean closing;

  @GuardedBy("lock")
  private long drainUntil;

  @GuardedBy("lock")
  private int writes;

  /** Whether the tier may have upkeep to do. */
  @GuardedBy("lock")
  private boolean untidy = true;

  TierInbox(TierQueue queue) {
    this.queue = queue;
  }

  /** What the thread does next: a task, a write, or a step of upkeep if both are null. */
  record Next(@Nullable FutureTask<?> task, TierQueue.@Nullable Turn write) {
    static final Next UPKEEP = new Next(null, null);
  }

  /** Adds an entry to write. Returns false if the queue is full. */
  boolean offer(KvKey key, long bytes) {
    lock.lock();
    try {
      boolean added = queue.offer(key, bytes);
      changed.signal();
      return added;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds rows of an entry that leaves the cache. Returns false if the queue can't hold them, or
   * after {@link #close}.
   */
  boolean offerHeld(KvSnapshot rows) {
    lock.lock();
    try {
      boolean added = !closing && queue.offerHeld(rows);
      changed.signal();
      return added;
    } finally {
      lock.unlock();
    }
  }

  /** Adds a task, which runs before all writes. Returns false after {@link #close}. */
  boolean add(FutureTask<?> task) {
    lock.lock();
    try {
      if (!closing) {
        tasks.add(task);
        untidy = true;
        changed.signal();
      }
      return !closing;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for work. Returns null once the inbox is closed and drained.
   *
   * @param mayTidy whether upkeep may run now
   */
  @Nullable Next next(BooleanSupplier mayTidy) {
    lock.lock();
    try {
      while (true) {
        FutureTask<?> task = tasks.poll();
        if (task != null) {
          return new Next(task, null);
        }
        if (closing && (queue.isEmpty() || System.nanoTime() - drainUntil > 0)) {
          return null;
        }
        boolean turn =
            untidy
                && mayTidy.getAsBoolean()
                && (queue.isEmpty() || ++writes % WRITES_PER_UPKEEP == 0);
        if (turn) {
          return Next.UPKEEP;
        }
        TierQueue.Turn next = queue.poll();
        if (next != null) {
          untidy = true;
          return new Next(null, next);
        }
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes the oldest entry to write, or returns null. */
  TierQueue.@Nullable Turn poll() {
    lock.lock();
    try {
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Notes whether upkeep is left. */
  void untidy(boolean isUntidy) {
    lock.lock();
    try {
      untidy = isUntidy;
    } finally {
      lock.unlock();
    }
  }

  /** Removes all entries. The caller drops their rows. */
  List<TierQueue.Turn> clear() {
    lock.lock();
    try {
      return queue.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Drops the rows of matching entries that left the cache. */
  void dropHeld(Predicate<KvKey> keys) {
    List<TierQueue.Turn> gone;
    lock.lock();
    try {
      gone = queue.removeHeld(keys);
    } finally {
      lock.unlock();
    }
    gone.forEach(TierQueue.Turn::drop);
  }

  /** Returns the bytes that wait to be written. */
  long bytes() {
    lock.lock();
    try {
      return queue.bytes();
    } finally {
      lock.unlock();
    }
  }

  /** Refuses tasks from now on. Entries are still taken for a few seconds. Idempotent. */
  void close() {
    lock.lock();
    try {
      if (!closing) {
        closing = true;
        drainUntil = System.nanoTime() + DRAIN_NANOS;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }
}
