package io.unipin.serving.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.threads.DaemonThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of what happened to users: entries as JSON, one a line.
 *
 * <p>A request never waits for it: entries go through a bounded queue to one thread, and when the queue is full an entry is
 * dropped and counted. Thread-safe.
 */
public final class EntryLog<E> implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(EntryLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH = 256;
  private static final int COUNTERS = 4096;
  private static final long CLOSE_MS = 10_000;

  private final String name;
  private final ServedLogConfig config;
  private final Function<E, String> user;
  private final BlockingQueue<E> queue;
  private final AtomicLong dropped = new AtomicLong();
  private final LogSegments segments;
  private final Thread writer;

  /** Held from taking entries off the queue until they are on disk, so that an erasure finds every entry in one of both. */
  private final Lock taking = new ReentrantLock(true);

  /** Taken off the queue and not yet on disk. */
  @GuardedBy("taking")
  private final List<LogSegments.Line> pending = new ArrayList<>(BATCH);

  /** Erasures by the user's hash; users who share one lose, when one is erased, what was just being logged. */
  private final AtomicLongArray erased = new AtomicLongArray(COUNTERS);

  private final ReadWriteLock erasing = new ReentrantReadWriteLock();

  private volatile boolean open;

  private EntryLog(String name, ServedLogConfig config, Function<E, String> user) {
    this.name = name;
    this.config = config;
    this.user = user;
    this.queue = new ArrayBlockingQueue<>(config.queue());
    this.segments =
        new LogSegments(name, config.folder(), config.segment().bytes(), System::nanoTime);
    this.open = config.enabled();
    this.writer = new Thread(this::write, name + "-log");
    writer.setDaemon(true);
  }

  /**
   * Opens a log; one that is not enabled takes nothing, but erases what its folder has.
   *
   * <p>Refuses to start on a folder that another server writes to.
   *
   * @param name begins the names of the log's files
   * @param user of an entry; written as the entry's {@code user}, by which an erasure finds it
   */
  public static <E> EntryLog<E> open(
      String name, ServedLogConfig config, Function<E, String> user) {
    EntryLog<E> log = new EntryLog<>(name, config, user);
    if (config.enabled()) {
      log.segments.open();
      log.writer.start();
      DaemonThreads.named(name + "-log-index").newThread(log.segments::prepare).start();
    }
    return log;
  }

  /**
   * Returns a number that is another one once the user was erased. A caller takes it before it looks at anything of the
   * user's: what it then logs is dropped when the user was erased in between.
   */
  public long mark(String user) {
    return erased.get(counter(user));
  }

  private static int counter(String user) {
    return Math.floorMod(user.hashCode(), COUNTERS);
  }

  /** Whether the entry was taken, or needn't be: false when there was no room, or its user was erased since the mark. */
  public boolean offer(E entry, long mark) {
    if (!open) {
      return true;
    }
    erasing.readLock().lock();
    try {
      if (mark(user.apply(entry)) != mark) {
        return false;
      }
      boolean taken = queue.offer(entry);
      LockSupport.unpark(writer);
      dropped.addAndGet(taken ? 0 : 1);
      return taken;
    } finally {
      erasing.readLock().unlock();
    }
  }

  /** Entries that were dropped since the start. */
  public long dropped() {
    return dropped.get();
  }

  /**
   * Forgets a user: what waits in memory, and what is on disk, whether or not the log takes new entries.
   *
   * @return whether there was anything
   */
  public boolean erase(String gone) {
    erasing.writeLock().lock(); // what was offered with an older mark is in the queue by now
    try {
      erased.incrementAndGet(counter(gone));
    } finally {
      erasing.writeLock().unlock();
    }
    boolean waiting;
    taking.lock();
    try {
      waiting = queue.removeIf(entry -> user.apply(entry).equals(gone));
      waiting |= pending.removeIf(line -> line.user().equals(gone));
    } finally {
      taking.unlock();
    }
    return segments.erase(gone) || waiting; // pages go on being logged meanwhile
  }

  private void write() {
    while (open || isWaiting()) {
      boolean last =
          !open; // read once: nothing is given up that was not tried after the log closed
      boolean wrote = writeSome(last);
      if (last && !wrote) {
        dropRest();
      } else if (!wrote) {
        LockSupport.parkNanos(
            this, config.flushEvery().toNanos()); // without the lock, which an erasure needs
      }
    }
  }

  private boolean isWaiting() {
    taking.lock();
    try {
      return !pending.isEmpty() || !queue.isEmpty();
    } finally {
      taking.unlock();
    }
  }

  /** Writes what waits, at most a batch; what the disk does not take stays first in line. Returns whether it took any. */
  private boolean writeSome(boolean last) {
    taking.lock();
    try {
      List<E> taken = new ArrayList<>();
      queue.drainTo(taken, BATCH - pending.size());
      taken.forEach(entry -> pending.add(line(entry)));
      int written = pending.isEmpty() ? 0 : segments.append(pending, last);
      pending.subList(0, written).clear();
      return written > 0;
    } finally {
      taking.unlock();
    }
  }

  private LogSegments.Line line(E entry) {
    try {
      return new LogSegments.Line(user.apply(entry), JSON.writeValueAsString(entry));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The log closes and the disk takes nothing. */
  private void dropRest() {
    taking.lock();
    try {
      int lost = pending.size() + queue.size();
      if (lost > 0) {
        dropped.addAndGet(lost);
        logger.error("{} entries of the {} log could not be written and are lost", lost, name);
      }
      pending.clear();
      queue.clear();
    } finally {
      taking.unlock();
    }
  }

  /** Writes what is queued. Idempotent. */
  @Override
  public void close() {
    if (!open) {
      segments.close();
      return;
    }
    open = false;
    LockSupport.unpark(writer);
    try {
      writer.join(CLOSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    segments.close();
  }
}
