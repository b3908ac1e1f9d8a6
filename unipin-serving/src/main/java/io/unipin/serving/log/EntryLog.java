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
 * A log of pages, actions or exposures of users, with one JSON entry per line.
 *
 * <p>A request never waits for the log. Entries go through a bounded queue to one thread. When the
 * queue is full, the entry is dropped and counted. Thread-safe.
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

  /**
   * A writer holds this lock from the moment when it takes entries off the queue until the entries
   * are on disk. So an erasure finds every entry either in the queue or on disk.
   */
  private final Lock taking = new ReentrantLock(true);

  /** Entries that were taken off the queue and are not yet on disk. */
  @GuardedBy("taking")
  private final List<LogText> pending = new ArrayList<>(BATCH);

  /**
   * The number of erasures for each hash of a user id. Two users may have the same hash. If one of
   * them is erased, the log also drops the other user's entries that are being logged at that
   * moment.
   */
  private final AtomicLongArray erased = new AtomicLongArray(COUNTERS);

  private final ReadWriteLock erasing = new ReentrantReadWriteLock();

  private volatile boolean open;

  private EntryLog(
      String name, ServedLogConfig config, SegmentRoom room, Function<E, String> user) {
    this.name = name;
    this.config = config;
    this.user = user;
    this.queue = new ArrayBlockingQueue<>(config.queue());
    this.segments =
        new LogSegments(name, config.folder(), config.segment().bytes(), room, System::nanoTime);
    this.open = config.enabled();
    this.writer = new Thread(this::write, name + "-log");
    writer.setDaemon(true);
  }

  /**
   * Opens a log. A disabled log takes no entries, but still erases users from its folder.
   *
   * <p>Fails when another server writes to the folder.
   *
   * @param name prefix of the log's file names
   * @param user returns the user id of an entry; an erasure finds the entry by this id
   */
  public static <E> EntryLog<E> open(
      String name, ServedLogConfig config, Function<E, String> user) {
    return open(name, config, SegmentRoom.unbounded(), user);
  }

  /**
   * Opens a log whose segments take a bounded number of bytes. When this bound is reached, the log
   * behaves as if the disk were full.
   *
   * @param room bound of the bytes
   */
  static <E> EntryLog<E> open(
      String name, ServedLogConfig config, SegmentRoom room, Function<E, String> user) {
    EntryLog<E> log = new EntryLog<>(name, config, room, user);
    if (config.enabled()) {
      log.segments.open();
      log.writer.start();
      DaemonThreads.named(name + "-log-index").newThread(log.segments::prepare).start();
    }
    return log;
  }

  /**
   * Returns the user's mark, which changes when the user is erased. A caller takes the mark before
   * it reads any data of the user. If the user is erased after the mark was taken, the log drops
   * the entry with this mark.
   */
  public long mark(String user) {
    return erased.get(counter(user));
  }

  private static int counter(String user) {
    return Math.floorMod(user.hashCode(), COUNTERS);
  }

  /**
   * Offers an entry to the log. Returns true if the entry was queued or the log is disabled.
   * Returns false if the queue was full or the user was erased after the mark was taken.
   */
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

  /** Returns the number of entries dropped since the start. */
  public long dropped() {
    return dropped.get();
  }

  /**
   * Erases a user's entries in memory and on disk, even if the log is disabled.
   *
   * @return whether the user had any entry
   */
  public boolean erase(String gone) {
    // once this lock is held, every accepted entry with an older mark is in the queue
    erasing.writeLock().lock();
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
    return segments.erase(gone) || waiting; // the log takes other entries meanwhile
  }

  LogSegments segments() {
    return segments;
  }

  private void write() {
    while (open || isWaiting()) {
      boolean last = !open; // only a failed try that began after close() drops entries
      boolean wrote = writeSome(last);
      if (last && !wrote) {
        dropRest();
      } else if (!wrote) {
        LockSupport.parkNanos(
            this, config.flushEvery().toNanos()); // waits without the lock, which erasures need
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

  /**
   * Writes waiting entries, at most {@link #BATCH} of them. Entries that the disk does not take
   * stay in {@link #pending}, and are the first to be written next. Returns whether any entry was written.
   */
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

  private LogText line(E entry) {
    try {
      return new LogText(user.apply(entry), JSON.writeValueAsString(entry));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Drops all waiting entries. This happens when the log closes and the disk takes no more entries.
   */
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

  /** Takes no more entries, and writes the queued entries. Idempotent. */
  void drain() {
    if (open) {
      open = false;
      LockSupport.unpark(writer);
      try {
        writer.join(CLOSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Writes the queued entries and closes the log. Idempotent. */
  @Override
  public void close() {
    drain();
    segments.close();
  }
}
