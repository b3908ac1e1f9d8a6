package io.unipin.serving.items;

import java.util.List;

/**
 * An item that a caller adds while bundles serve.
 *
 * @param id unique id, at least 0
 * @param title title; empty when unknown
 * @param category category; empty when unknown
 * @param author author; empty when unknown
 * @param createdMs time at which the item appeared, in milliseconds since 1970; 0 when unknown
 * @param content content vector, owned by this record; empty when the item has none
 * @param expiresMs time from which no page shows the item, in milliseconds since 1970; 0 if the
 *     item never expires
 * @param key key that gave the item its id; empty when the caller gave the id
 * @param attributes tags, brands, words and the like, in any order; the list is copied
 */
@SuppressWarnings("ArrayRecordComponent") // owned by the record
public record PutItem(
    long id,
    String title,
    String category,
    String author,
    long createdMs,
    float[] content,
    long expiresMs,
    String key,
    List<String> attributes) {
  public PutItem {
    attributes = List.copyOf(attributes);
  }

  /** Creates an item without a key and without attributes. */
  public PutItem(
      long id,
      String title,
      String category,
      String author,
      long createdMs,
      float[] content,
      long expiresMs) {
    this(id, title, category, author, createdMs, content, expiresMs, "", List.of());
  }

  /** Returns the same item with a key. */
  PutItem keyed(String other) {
    return new PutItem(
        id, title, category, author, createdMs, content, expiresMs, other, attributes);
  }

  /** Returns the same item with other attributes. */
  public PutItem described(List<String> other) {
    return new PutItem(id, title, category, author, createdMs, content, expiresMs, key, other);
  }

  /** Whether the item has expired at the given time, in milliseconds since 1970. */
  boolean isOver(long nowMs) {
    return expiresMs != 0 && expiresMs <= nowMs;
  }
}
