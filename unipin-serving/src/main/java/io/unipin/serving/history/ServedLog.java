package io.unipin.serving.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of what was served and what users did with it: tomorrow's training data ({@link ServedLogExport}).
 *
 * <p>A request never waits for it: entries go through a bounded queue to one thread, and when the queue is full an entry is
 * dropped and counted. Thread-safe.
 */
public final class ServedLog implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(ServedLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH = 256;
  private static final int COUNTERS = 4096;
  private static final long CLOSE_MS = 10_000;

  private final ServedLogConfig config;
  private final BlockingQueue<ServedEntry> queue;
  private final AtomicLong dropped = new AtomicLong();
  private final ServedSegments segments;
  private final Thread writer;

  /** Held from taking entries off the queue until they are on disk, so that an erasure finds every entry in one of both. */
  private final Lock taking = new ReentrantLock(true);

  /** Erasures by the user's hash; users who share one lose, when one is erased, what was just being logged. */
  private final AtomicLongArray erased = new AtomicLongArray(COUNTERS);

  private final ReadWriteLock erasing = new ReentrantReadWriteLock();

  private volatile boolean open;

  private ServedLog(ServedLogConfig config) {
    this.config = config;
    this.queue = new ArrayBlockingQueue<>(config.queue());
    this.segments = new ServedSegments(config.folder(), config.segment().bytes());
    this.open = config.enabled();
    this.writer = new Thread(this::write, "served-log");
    writer.setDaemon(true);
  }

  /** Opens a log; one that is not enabled takes nothing. */
  public static ServedLog open(ServedLogConfig config) {
    ServedLog log = new ServedLog(config);
    if (config.enabled()) {
      log.writer.start();
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

  /** Logs a page of a user who is not being erased. */
  public void served(Slate slate) {
    served(slate, mark(slate.user()));
  }

  /** Logs actions of a user who is not being erased. */
  public void recorded(String user, List<ActionEvent> events) {
    recorded(user, events, mark(user));
  }

  /** Logs a page. */
  public void served(Slate slate, long mark) {
    offer(ServedEntry.of(slate), mark);
  }

  /** Logs actions of a user that were recorded. */
  public void recorded(String user, List<ActionEvent> events, long mark) {
    for (ActionEvent event : events) {
      offer(ServedEntry.of(user, event), mark);
    }
  }

  private void offer(ServedEntry entry, long mark) {
    if (!open) {
      return;
    }
    erasing.readLock().lock();
    try {
      if (mark(entry.user()) == mark && !queue.offer(entry)) {
        dropped.incrementAndGet();
      }
    } finally {
      erasing.readLock().unlock();
    }
  }

  private static int counter(String user) {
    return Math.floorMod(user.hashCode(), COUNTERS);
  }

  /** Entries that were dropped since the start. */
  public long dropped() {
    return dropped.get();
  }

  /**
   * Forgets a user: what waits in memory, and what is on disk.
   *
   * @return whether there was anything
   */
  public boolean erase(String user) {
    if (!config.enabled()) {
      return false;
    }
    erasing.writeLock().lock(); // what was offered with an older mark is in the queue by now
    try {
      erased.incrementAndGet(counter(user));
    } finally {
      erasing.writeLock().unlock();
    }
    taking.lock();
    try {
      boolean waiting = queue.removeIf(entry -> entry.user().equals(user));
      return segments.erase(user) || waiting;
    } finally {
      taking.unlock();
    }
  }

  private void write() {
    List<ServedEntry> batch = new ArrayList<>(BATCH);
    while (open || !queue.isEmpty()) {
      taking.lock();
      try {
        ServedEntry first = queue.poll(config.flushEvery().toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH - 1);
          write(batch);
        }
      } catch (InterruptedException e) {
        // close() wakes the thread up; what is queued is still written
      } finally {
        taking.unlock();
      }
      batch.clear();
    }
  }

  private void write(List<ServedEntry> batch) {
    List<String> lines = new ArrayList<>(batch.size());
    try {
      for (ServedEntry entry : batch) {
        lines.add(JSON.writeValueAsString(entry));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    if (!segments.append(lines)) {
      long before = dropped.getAndAdd(lines.size());
      if (before == 0) {
        logger.error("the served log can't be written; its entries are dropped and counted");
      }
    }
  }

  /** Writes what is queued. Idempotent. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    writer.interrupt();
    try {
      writer.join(CLOSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    segments.close();
  }
}
