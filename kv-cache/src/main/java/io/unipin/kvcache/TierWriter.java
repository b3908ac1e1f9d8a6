package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries to a {@link KvTier}, on one thread of its own. A request only adds its key to a
 * queue. Thread-safe.
 *
 * <p>The queue holds keys and no rows. When a key's turn comes, the thread copies the rows of the
 * entry that the key has then. So an entry that changes several times is written once, and an entry
 * that left the cache meanwhile is not written. The entries of the queued keys have a bound in
 * bytes. Beyond this bound, keys are dropped and counted.
 *
 * <p>When a write fails, the tier is switched off: keys are dropped and counted. The first write
 * after a pause tries again. The pauses double up to five minutes.
 */
final class TierWriter implements AutoCloseable {
  /** While writes wait, one step of upkeep follows this many writes. */
  private static final int WRITES_PER_UPKEEP = 16;

  /** The longest time for which {@link #close} goes on to write queued entries. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String name;
  private final KvTier tier;
  private final TierReader reader;
  private final Function<KvKey, @Nullable KvSnapshot> snapshots;
  private final EnumCounters<KvTierDrop> drops = new EnumCounters<>(KvTierDrop.class);
  private final LongAdder written = new LongAdder();
  private final Thread thread;
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

  private final TierHealth health;

  /** The bytes of the entry that is being written. */
  private volatile long writing;

  /** @param snapshots returns a hold on the rows of a key's entry, or null if it has none */
  TierWriter(KvTierSetup setup, Function<KvKey, @Nullable KvSnapshot> snapshots, Ticker ticker) {
    name = setup.name();
    tier = setup.tier();
    queue = new TierQueue(setup.queueBytes());
    this.snapshots = snapshots;
    reader = new TierReader(tier);
    health = new TierHealth(name, ticker);
    thread = new Thread(this::run, "kv-tier-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  TierReader reader() {
    return reader;
  }

  /** Queues a key whose entry has about {@code bytes} new bytes. Never waits for a write. */
  void offer(KvKey key, long bytes) {
    lock.lock();
    try {
      if (health.refuses()) {
        drops.add(KvTierDrop.OFF, 1);
      } else if (queue.offer(key, bytes)) {
        changed.signal();
      } else {
        drops.add(KvTierDrop.FULL, 1);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the tier held rows of the user. The rows are overwritten on return. */
  boolean erase(String user) {
    return call(() -> tier.eraseUser(user));
  }

  void eraseFingerprint(String fingerprint) {
    call(
        () -> {
          tier.eraseFingerprint(fingerprint);
          return true;
        });
  }

  /** Waits until everything that waits is written and tidied up. */
  void settle() {
    call(
        () -> {
          for (KvKey key = poll(); key != null; key = poll()) {
            write(key);
          }
          boolean more = true;
          while (more && !health.refuses()) {
            more = tidy();
          }
          return true;
        });
  }

  /** Runs a task on the writing thread, before anything that waits to be written. */
  private boolean call(Callable<Boolean> work) {
    FutureTask<Boolean> task = new FutureTask<>(work);
    lock.lock();
    try {
      if (closing) {
        throw new KvCacheException("an open tier expected, got a closed one");
      }
      tasks.add(task);
      untidy = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KvCacheException("interrupted while the KV tier " + name + " worked", e);
    } catch (ExecutionException e) {
      throw new KvCacheException("the KV tier " + name + " failed", e);
    }
  }

  private void run() {
    for (Runnable next = next(); next != null; next = next()) {
      next.run();
    }
  }

  /** Waits for work. Returns null when the writer is closed. */
  private @Nullable Runnable next() {
    lock.lock();
    try {
      while (true) {
        FutureTask<?> task = tasks.poll();
        if (task != null) {
          return task;
        }
        if (closing && (queue.isEmpty() || System.nanoTime() - drainUntil > 0)) {
          return null;
        }
        boolean turn =
            untidy && !health.refuses() && (queue.isEmpty() || ++writes % WRITES_PER_UPKEEP == 0);
        if (turn) {
          return this::tidy;
        }
        long before = queue.bytes();
        KvKey key = queue.poll();
        if (key != null) {
          writing = before - queue.bytes();
          untidy = true;
          return () -> write(key);
        }
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable KvKey poll() {
    lock.lock();
    try {
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  private void write(KvKey key) {
    try (KvSnapshot rows = snapshots.apply(key)) {
      if (rows == null) {
        drops.add(KvTierDrop.GONE, 1);
        return;
      }
      written.add(tier.write(rows));
      health.succeeded();
    } catch (IOException | RuntimeException | Error e) {
      failed(e, 1);
    } finally {
      writing = 0;
    }
  }

  /** Does a step of upkeep, and returns whether more is left. */
  private boolean tidy() {
    boolean more = true;
    try {
      more = tier.upkeep();
    } catch (IOException | RuntimeException | Error e) {
      failed(e, 0);
    }
    lock.lock();
    try {
      untidy = more;
    } finally {
      lock.unlock();
    }
    return more;
  }

  private void failed(Throwable cause, int entries) {
    health.failed(cause);
    lock.lock();
    try {
      drops.add(KvTierDrop.OFF, entries + queue.clear());
    } finally {
      lock.unlock();
    }
  }

  KvTierStats stats() {
    long queued;
    lock.lock();
    try {
      queued = queue.bytes() + writing;
    } finally {
      lock.unlock();
    }
    return new KvTierStats(
        name,
        health.isOn(),
        tier.space(),
        new KvTierStats.Bytes(queued, written.sum(), reader.bytes()),
        reader.lookups(),
        drops.counted());
  }

  /** Closes the tier. Before that, writes queued entries for a few seconds at most. Idempotent. */
  @Override
  public void close() {
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
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    tier.close();
  }
}
