package io.unipin.serving.impressions;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.threads.Recurring;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts impressions by item and surface while the server serves. The counts survive restarts.
 *
 * <p>Readers see the counts of one generation. Every five seconds, the counts of the newest pages
 * are added. The result is the next generation. The changes are then written to the disk. So a
 * process that is killed loses the counts of at most five seconds. Ids of users are kept only with
 * the newest pages, in memory.
 *
 * <p>The server counts its own pages, or the pages of a topic to which all servers of a fleet
 * write. With a topic, a killed process loses no counts. See {@link TopicPages}.
 *
 * <p>A page counts once, however often it is requested: only the last answer to a request id
 * counts. After a restart, or when the memory for the newest pages is used up, the server no longer
 * knows earlier answers. It then counts a repeated page like a new page.
 *
 * <p>If there is no room for further items, the counts of items that no bundle knows are dropped.
 * If there is still no room, new items are treated as items with many impressions. Thread-safe.
 */
public final class ImpressionCounts implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(ImpressionCounts.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final long PRUNE_EVERY_NANOS = Duration.ofMinutes(1).toNanos();

  /** Reciprocal of the share of the memory that the newest pages may take. */
  private static final int PAGES_SHARE = 4;

  private static final long REMOVED = -1;

  private final boolean on;
  private final long maxBytes;
  private final int maxCounts;
  private final @Nullable CountStore store;
  private final NewestPages newest;
  private final NewestPages.Table table = new KnownCounts();
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Lock publishing = new ReentrantLock();
  private final @Nullable TopicPages topic;
  private @Nullable Recurring upkeep;

  /** The counts of the current generation. {@code lock} guards the counts and the generation. */
  private final CountTable counts = new CountTable();

  private long generation;

  /** Counts that are not on the disk yet. */
  @GuardedBy("publishing")
  private final Map<CountTable.Key, Long> unsaved = new HashMap<>();

  /** The positions up to which partitions were counted, if they are not on the disk yet. */
  @GuardedBy("publishing")
  private final Map<Integer, TopicPlace> unsavedPlaces = new HashMap<>();

  @GuardedBy("publishing")
  private long lastPruned = System.nanoTime() - PRUNE_EVERY_NANOS;

  private volatile UnaryOperator<long[]> known = ids -> ids;
  private volatile boolean closed;

  private ImpressionCounts(
      boolean on, long maxBytes, @Nullable CountStore store, boolean fromTopic) {
    this.on = on;
    this.maxBytes = maxBytes;
    this.store = store;
    this.newest = new NewestPages(maxBytes / PAGES_SHARE);
    long room = (maxBytes - maxBytes / PAGES_SHARE) / CountTable.COUNT_BYTES;
    this.maxCounts = (int) Math.min(Integer.MAX_VALUE, room);
    this.topic = fromTopic ? new TopicPages(newest, table) : null;
    if (store != null) {
      CountStore.Held held = store.load(counts);
      generation = held.generation() + 1;
      newest.restore(held.places());
    }
  }

  /** Returns an instance that counts nothing. All items then have 0 impressions. */
  public static ImpressionCounts off() {
    return new ImpressionCounts(false, 0, null, false);
  }

  /** Returns counts that are held only in memory. {@link #publish} makes new counts visible. */
  public static ImpressionCounts inMemory(long maxBytes) {
    return new ImpressionCounts(true, maxBytes, null, false);
  }

  /** Opens the counts of a folder, or begins without counts. The server counts its own pages. */
  public static ImpressionCounts open(Path folder, long maxBytes) {
    return open(folder, maxBytes, "");
  }

  /**
   * Opens the counts of a folder, or begins without counts. Counts from another topic, or from the
   * server's own pages, are dropped, because their pages may be in the topic too.
   *
   * @param topic name of the topic whose pages are counted; empty to count the server's own pages
   */
  public static ImpressionCounts open(Path folder, long maxBytes, String topic) {
    CountStore store = new CountStore(folder, topic);
    boolean opened = false;
    try {
      ImpressionCounts counts = new ImpressionCounts(true, maxBytes, store, !topic.isEmpty());
      counts.upkeep = Recurring.start("impressions", EVERY, counts::publish);
      opened = true;
      return counts;
    } finally {
      if (!opened) {
        store.close();
      }
    }
  }

  /**
   * Sets which items are known. When there is no room, the counts of other items are dropped.
   *
   * @param subset returns those of the given ids that any bundle knows
   */
  public void keepOnly(UnaryOperator<long[]> subset) {
    known = subset;
  }

  /**
   * The impressions of some items on one surface.
   *
   * @param generation generation of the counts; a later generation has a higher number
   * @param impressions (items) number of impressions; {@link Long#MAX_VALUE} for an item that is
   *     not counted because there is no room
   */
  public record Reading(long generation, long[] impressions) {}

  /** Reads the counts of items on a surface. All returned counts are of one generation. */
  public Reading read(String surface, long[] items) {
    return reading(
        () -> {
          long absent = on && counts.size() >= maxCounts ? Long.MAX_VALUE : 0;
          return new Reading(
              generation,
              Arrays.stream(items).map(item -> counts.get(surface, item, absent)).toArray());
        });
  }

  private <T> T reading(Supplier<T> read) {
    lock.readLock().lock();
    try {
      return read.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Access to the published counts for {@link NewestPages}. */
  private final class KnownCounts implements NewestPages.Table {
    @Override
    public boolean holds(CountTable.Key key) {
      return reading(() -> counts.holds(key));
    }

    @Override
    public int room() {
      return reading(() -> maxCounts - counts.size());
    }
  }

  /** Returns the counter of a topic's pages; empty if the server counts its own pages. */
  public Optional<TopicPages> topic() {
    return Optional.ofNullable(topic);
  }

  /**
   * Counts the items of a page after its caller received it. If the server counts the pages of a
   * topic, this method does nothing, because the server will read the page from the topic.
   */
  public void served(ShownPage page) {
    if (on && topic == null) {
      newest.add(page, table);
    }
  }

  /**
   * Makes the newest counts visible as the next generation and writes them to the disk. Does
   * nothing if nothing was counted. If the disk fails, the next call writes the counts.
   */
  public void publish() {
    publishing.lock();
    try {
      NewestPages.Changes changes = newest.take();
      if (changes.isEmpty() && unsaved.isEmpty() && unsavedPlaces.isEmpty()) {
        return;
      }
      long next = apply(changes.counts());
      unsavedPlaces.putAll(changes.places());
      prune();
      if (store != null) {
        store.write(unsaved, unsavedPlaces, next);
      }
      unsaved.clear();
      unsavedPlaces.clear();
    } finally {
      publishing.unlock();
    }
  }

  @GuardedBy("publishing")
  private long apply(Map<CountTable.Key, Long> changes) {
    lock.writeLock().lock();
    try {
      for (Map.Entry<CountTable.Key, Long> change : changes.entrySet()) {
        unsaved.put(change.getKey(), counts.add(change.getKey(), change.getValue()));
      }
      generation += changes.isEmpty() ? 0 : 1;
      return generation;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Drops the counts of unknown items when there is no room. */
  @GuardedBy("publishing")
  private void prune() {
    long now = System.nanoTime();
    if (table.room() > 0 || now - lastPruned < PRUNE_EVERY_NANOS) {
      return;
    }
    lastPruned = now;
    long[] items = reading(() -> counts.items().stream().mapToLong(Long::longValue).toArray());
    Set<Long> kept = Arrays.stream(known.apply(items)).boxed().collect(Collectors.toSet());
    lock.writeLock().lock();
    try {
      Set<CountTable.Key> gone = counts.retain(kept::contains);
      for (CountTable.Key key : gone) {
        unsaved.put(key, REMOVED);
      }
      logger.warn(
          "impressions.maxBytes is used up: {} counts of items that no bundle knows are dropped{}",
          gone.size(),
          gone.isEmpty() ? "; further items are neither counted nor explored" : "");
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Forgets which pages a user was shown. The counts stay. Returns whether any page was known. */
  public boolean erase(String user) {
    return newest.erase(user);
  }

  /**
   * The size of the counts.
   *
   * @param bytes bytes of memory that counts and newest pages take
   * @param counted impressions counted since the start
   * @param uncounted impressions that were not counted because there was no room
   */
  public record Figures(long bytes, long maxBytes, long counted, long uncounted) {}

  public Figures figures() {
    long bytes = (long) CountTable.COUNT_BYTES * reading(counts::size) + newest.bytes();
    return new Figures(bytes, maxBytes, newest.counted(), newest.uncounted());
  }

  /** Writes the newest counts and closes the store. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (upkeep != null) {
      upkeep.close();
    }
    if (store != null) {
      try {
        publish();
      } finally {
        store.close();
      }
    }
  }
}
