package io.unipin.serving.items.live;

import org.jspecify.annotations.Nullable;

/**
 * A live item in a slot. It is visible from the version in which it was added until the version in
 * which it was removed or replaced.
 *
 * <p>A server may hold a hundred thousand live items and more, so an entry is one object with its
 * times and texts in one array. Thread-safe; only {@link #died} and {@link #older} change.
 */
final class LiveEntry {
  static final long NEVER = Long.MAX_VALUE;

  final long id;
  final long revision;
  final long content;
  final long born;
  volatile long died = NEVER;
  final int slot;

  /** The item's category. Items of one category share the text. */
  final String category;

  private final byte[] fields;

  /** The entry that this entry replaced; null when no reader can need the replaced entry. */
  volatile @Nullable LiveEntry older;

  /**
   * Creates an entry.
   *
   * @param category the item's category, shared with other items
   * @param born version of the change that adds the item
   */
  LiveEntry(LiveItem item, String category, int slot, long born, @Nullable LiveEntry older) {
    this.id = item.id();
    this.revision = item.revision();
    this.content = item.content();
    this.category = category;
    this.fields =
        PackedFields.of(
            item.createdMs(), item.expiresMs(), item.title(), item.author(), item.key());
    this.slot = slot;
    this.born = born;
    this.older = older;
  }

  boolean lives(long version) {
    return born <= version && version < died;
  }

  long createdMs() {
    return PackedFields.createdMs(fields);
  }

  long expiresMs() {
    return PackedFields.expiresMs(fields);
  }

  String title() {
    return PackedFields.text(fields, 0);
  }

  String author() {
    return PackedFields.text(fields, 1);
  }

  String key() {
    return PackedFields.text(fields, 2);
  }
}
