package io.unipin.serving.impressions;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The last counted pages of one partition, and the position up to which the partition was counted.
 * Not thread-safe.
 *
 * <p>Which pages are remembered depends only on the partition's records and the largest number of
 * bytes. A restart changes nothing, because the remembered pages are then read again without being
 * counted. So servers with the same settings get the same counts.
 */
final class PartitionPages {
  /** Result that means that the topic was deleted and created again. */
  static final long REMADE = -1;

  private final RecentPages pages;

  /** Offset of the next record to read; negative before the first record. */
  private long read;

  /** Offset below which all records were counted. */
  private long counted;

  private boolean moved;

  PartitionPages(TopicPlace place, long maxBytes) {
    pages = new RecentPages(maxBytes);
    read = place.from();
    counted = place.next();
  }

  /** Returns the offset of the next record to read; empty before the first record. */
  OptionalLong next() {
    return read < 0 ? OptionalLong.empty() : OptionalLong.of(read);
  }

  /**
   * Moves to the record with this offset.
   *
   * @return number of records that Kafka deleted before they were counted, or {@link #REMADE}.
   *     After {@link #REMADE}, the records of the former topic are forgotten
   */
  long advance(long offset) {
    long missed = read < 0 ? 0 : Math.max(0, offset - Math.max(read, counted));
    if (offset < read) {
      pages.clear();
      counted = offset;
      missed = REMADE;
    }
    read = offset + 1;
    return missed;
  }

  /** Whether a record must still be counted. If false, it was counted before the restart. */
  boolean isNew(long offset) {
    return offset >= counted;
  }

  /**
   * Remembers a page. Returns the earlier page of the same request; null if no such page is known.
   */
  @Nullable ShownPage put(ShownPage page, long offset) {
    return pages.put(page, offset);
  }

  /** Notes that a new record was counted. */
  void counted(long offset) {
    counted = offset + 1;
    moved = true;
  }

  /** Whether records were counted since the last call. */
  boolean takeMoved() {
    boolean was = moved;
    moved = false;
    return was;
  }

  TopicPlace place() {
    return new TopicPlace(pages.oldest().orElse(counted), counted);
  }

  void limit(long maxBytes) {
    pages.limit(maxBytes);
  }

  long bytes() {
    return pages.bytes();
  }
}
