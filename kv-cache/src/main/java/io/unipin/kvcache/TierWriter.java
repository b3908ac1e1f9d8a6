package io.unipin.kvcache;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries to a {@link KvTier}, on one thread of its own. A request only adds its key to a
 * queue. Thread-safe.
 *
 * <p>The queue holds keys. When a key's turn comes, the thread copies the rows of the entry that
 * the key has then. So an entry that changes several times is written once, and an entry that left
 * the cache meanwhile is not written. The number of bytes that wait to be written is bounded.
 * Beyond the bound, keys are dropped and counted.
 *
 * <p>A tier may also get the rows of entries that leave the cache and were not written. The queue
 * then holds these rows, which stay in the cache's memory until they are written.
 *
 * <p>When a write fails, the tier is off: keys are dropped and counted. The first write after a
 * pause tries again. Each further pause is twice as long as the pause before it, up to a limit.
 */
final class TierWriter implements AutoCloseable {
  private static final int HELD_SHIFT = 7;

  private final KvTierSetup setup;
  private final TierReader reader;
  private final TierInbox inbox;
  private final TierHealth health;
  private final TierOutput output;
  private final Thread thread;

  /** The bytes of the entry that is being written. */
  private volatile long writing;

  /**
   * @param snapshots returns a hold on the rows of a key's entry, or null if the key has no entry
   * @param limits limits of the cache. Entries that left the cache may take 1/128 of its bytes.
   */
  TierWriter(
      KvTierSetup setup, Function<KvKey, @Nullable KvSnapshot> snapshots, KvCacheLimits limits) {
    this.setup = setup;
    inbox = new TierInbox(new TierQueue(setup.queueBytes(), limits.budgetBytes() >> HELD_SHIFT));
    reader = new TierReader(setup.name(), setup.tier());
    health = new TierHealth(setup.name(), limits.ticker(), setup.writing().longestPause());
    output = new TierOutput(setup, snapshots, health);
    thread = new Thread(this::run, "kv-tier-" + setup.name());
    thread.setDaemon(true);
    thread.start();
  }

  TierReader reader() {
    return reader;
  }

  boolean isShared() {
    return setup.tier().isShared();
  }

  /**
   * Returns how many requests of a user the cache must remember before it writes the user's rows.
   */
  int leastUses() {
    return setup.writing().leastUses();
  }

  /** Queues a key. The key's entry has about {@code bytes} new bytes. Never waits for a write. */
  void offer(KvKey key, long bytes) {
    if (health.refuses()) {
      output.dropped(KvTierDrop.OFF, 1);
    } else if (!inbox.offer(key, bytes)) {
      output.dropped(KvTierDrop.FULL, 1);
    }
  }

  /**
   * Queues the rows of an entry that leaves the cache, if the tier takes such rows and lacks them.
   */
  void offerLeaving(KvKey key, KvEntry entry, ToIntFunction<KvKey> uses) {
    if (!setup.writing().onEviction() || entry.isStored() || uses.applyAsInt(key) < leastUses()) {
      return;
    }
    if (health.refuses()) {
      output.dropped(KvTierDrop.OFF, 1);
      return;
    }
    KvSnapshot rows = entry.tryLease() ? new KvSnapshot(key, entry) : null;
    if (rows == null || !inbox.offerHeld(rows)) {
      output.dropped(KvTierDrop.GONE, 1);
      if (rows != null) {
        rows.close();
      }
    }
  }

  /**
   * Erases a user, and returns whether the tier held rows of the user. When this method returns, no
   * request finds the rows.
   */
  boolean erase(String user) {
    return call(
        () -> {
          inbox.dropHeld(key -> key.user().equals(user));
          return setup.tier().eraseUser(user);
        });
  }

  void eraseFingerprint(String fingerprint) {
    call(
        () -> {
          inbox.dropHeld(key -> key.fingerprint().equals(fingerprint));
          setup.tier().eraseFingerprint(fingerprint);
          return true;
        });
  }

  /** Waits until all queued rows are written and no upkeep is left. */
  void settle() {
    call(
        () -> {
          for (TierQueue.Turn turn = inbox.poll(); turn != null; turn = inbox.poll()) {
            write(turn);
          }
          boolean more = true;
          while (more && mayTidy()) {
            more = tidy();
          }
          return true;
        });
  }

  /** Runs a task on the writing thread, before anything that waits to be written. */
  private boolean call(Callable<Boolean> work) {
    FutureTask<Boolean> task = new FutureTask<>(work);
    if (!inbox.add(task)) {
      throw new KvCacheException("an open tier expected, got a closed one");
    }
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KvCacheException("interrupted while the KV tier " + setup.name() + " worked", e);
    } catch (ExecutionException e) {
      throw new KvCacheException("the KV tier " + setup.name() + " failed", e);
    }
  }

  private void run() {
    TierInbox.Next next = inbox.next(this::mayTidy);
    while (next != null) {
      if (next.task() != null) {
        next.task().run();
      } else if (next.write() != null) {
        write(next.write());
      } else {
        tidy();
      }
      next = inbox.next(this::mayTidy);
    }
  }

  /** Whether upkeep may run now. It waits while the tier is off. */
  private boolean mayTidy() {
    return !health.refuses();
  }

  private void write(TierQueue.Turn turn) {
    writing = turn.bytes();
    boolean right = output.write(turn);
    writing = 0;
    if (!right) {
      empty();
    }
  }

  /** Does a step of upkeep, and returns whether more is left. */
  private boolean tidy() {
    TierOutput.Upkeep result = output.tidy();
    if (result == TierOutput.Upkeep.FAILED) {
      empty();
    }
    inbox.untidy(result != TierOutput.Upkeep.DONE);
    return result != TierOutput.Upkeep.DONE;
  }

  /** Drops everything that waits, because the tier can't be written. */
  private void empty() {
    List<TierQueue.Turn> gone = inbox.clear();
    output.dropped(KvTierDrop.OFF, gone.size());
    gone.forEach(TierQueue.Turn::drop);
  }

  KvTierStats stats() {
    return new KvTierStats(
        setup.name(),
        health.isOn(),
        setup.tier().space(),
        new KvTierStats.Bytes(inbox.bytes() + writing, output.written(), reader.bytes()),
        reader.lookups(),
        output.drops());
  }

  /** Closes the tier. Before that, writes queued entries for a few seconds at most. Idempotent. */
  @Override
  public void close() {
    inbox.close();
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
    inbox.dropHeld(key -> true);
    setup.tier().close();
  }
}
