package io.unipin.serving.impressions;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The pages that were shown last, and the changes of counts that no reader sees yet. Thread-safe.
 *
 * <p>The pages come either from this server or from the partitions of a topic.
 *
 * <p>The number of changed counts is bounded: a count that the table does not have changes only if
 * there is room for it.
 */
final class NewestPages {
  private final RecentPages pages;
  private final Map<Integer, PartitionPages> partitions = new HashMap<>();
  private final long maxBytes;

  /** Bytes of memory that the pages of one partition may take. */
  private long partitionBytes;

  private Map<CountTable.Key, Long> waiting = new HashMap<>();
  private int added;
  private long counted;
  private long uncounted;

  /** Creates the pages. {@code maxBytes} bounds the memory for repeated pages. */
  NewestPages(long maxBytes) {
    this.maxBytes = maxBytes;
    partitionBytes = maxBytes;
    pages = new RecentPages(maxBytes);
  }

  /** Access to the table of published counts and to its free room. */
  interface Table {
    boolean holds(CountTable.Key key);

    /** Returns the number of counts for which there is still room. */
    int room();
  }

  /**
   * Counts a page. If the same request was answered before, this page replaces the earlier page.
   */
  synchronized void add(ShownPage page, Table table) {
    count(page, pages.put(page, 0), table);
  }

  private void count(ShownPage page, @Nullable ShownPage earlier, Table table) {
    if (earlier != null) {
      change(earlier, -1, table);
    }
    change(page, 1, table);
  }

  /**
   * Sets the positions up to which partitions were counted. Call it before any of the partitions'
   * records is added.
   */
  synchronized void restore(Map<Integer, TopicPlace> places) {
    places.forEach(
        (partition, place) -> partitions.put(partition, new PartitionPages(place, maxBytes)));
  }

  /**
   * Divides the memory for pages among the partitions of a topic.
   *
   * @return offset of the next record to read, by partition; only partitions that were read before
   */
  synchronized Map<Integer, Long> begin(int count) {
    partitionBytes = maxBytes / Math.max(1, count);
    Map<Integer, Long> next = new HashMap<>();
    partitions.forEach(
        (partition, of) -> {
          of.limit(partitionBytes);
          of.next().ifPresent(offset -> next.put(partition, offset));
        });
    return next;
  }

  /**
   * Adds the next record of a partition. Its page counts unless the record was counted before a
   * restart.
   *
   * @param page page that the record holds; null if the record holds no page
   * @return the result of {@link PartitionPages#advance}
   */
  synchronized long add(int partition, long offset, @Nullable ShownPage page, Table table) {
    PartitionPages of =
        partitions.computeIfAbsent(
            partition, unused -> new PartitionPages(TopicPlace.UNKNOWN, partitionBytes));
    long missed = of.advance(offset);
    boolean isNew = of.isNew(offset);
    if (page != null) {
      ShownPage earlier = of.put(page, offset);
      if (isNew) {
        count(page, earlier, table);
      }
    }
    if (isNew) {
      of.counted(offset);
    }
    return missed;
  }

  private void change(ShownPage page, long by, Table table) {
    Predicate<CountTable.Key> fits = key -> waiting.containsKey(key) || table.holds(key);
    for (long item : page.items()) {
      CountTable.Key key = new CountTable.Key(page.surface(), item);
      boolean fresh = !fits.test(key);
      if (fresh && added >= table.room()) {
        uncounted += by > 0 ? 1 : 0;
      } else {
        added += fresh ? 1 : 0;
        waiting.merge(key, by, Long::sum);
        counted += by > 0 ? 1 : 0;
      }
    }
  }

  /**
   * Changes that must be written together.
   *
   * @param counts changes of the counts
   * @param places position up to which each partition was counted, by partition; only partitions
   *     that have advanced
   */
  record Changes(Map<CountTable.Key, Long> counts, Map<Integer, TopicPlace> places) {
    boolean isEmpty() {
      return counts.isEmpty() && places.isEmpty();
    }
  }

  /** Returns the changes since the last call. The caller owns the maps. */
  synchronized Changes take() {
    Map<Integer, TopicPlace> places = new HashMap<>();
    partitions.forEach(
        (partition, of) -> {
          if (of.takeMoved()) {
            places.put(partition, of.place());
          }
        });
    Changes taken = new Changes(waiting, places);
    waiting = new HashMap<>();
    added = 0;
    return taken;
  }

  /** Forgets a user's pages, but not their counts. Returns whether any page was known. */
  synchronized boolean erase(String user) {
    return pages.erase(user);
  }

  /** Returns the bytes that pages and changes take. */
  synchronized long bytes() {
    long remembered = partitions.values().stream().mapToLong(PartitionPages::bytes).sum();
    return pages.bytes() + remembered + (long) CountTable.COUNT_BYTES * waiting.size();
  }

  /** Returns the number of impressions that were counted. */
  synchronized long counted() {
    return counted;
  }

  /** Returns the number of impressions that were not counted because there was no room. */
  synchronized long uncounted() {
    return uncounted;
  }
}
