package io.unipin.serving.items.live;

/**
 * An item that a loaded bundle serves in addition to its own.
 *
 * @param id unique id, which the bundle does not know
 * @param revision number that changes with each put of the id
 * @param createdMs time at which the item appeared, in milliseconds since 1970, or
 *     {@link io.unipin.feedlog.FeedLog#NO_TIME}
 * @param expiresMs time from which no page shows the item, in milliseconds since 1970; 0 if the
 *     item never expires
 * @param key key by which the item was put; empty if it was put by id
 * @param content hash of the fields from which the model computes the item's vector; all servers
 *     compute the same hash
 */
public record LiveItem(
    long id,
    long revision,
    String title,
    String category,
    String author,
    long createdMs,
    long expiresMs,
    String key,
    long content) {
  /** Creates an item without a key. The revision also serves as the hash of the content. */
  public LiveItem(
      long id,
      long revision,
      String title,
      String category,
      String author,
      long createdMs,
      long expiresMs) {
    this(id, revision, title, category, author, createdMs, expiresMs, "", revision);
  }
}
