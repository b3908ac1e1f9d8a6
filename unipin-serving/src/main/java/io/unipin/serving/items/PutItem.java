package io.unipin.serving.items;

/**
 * An item that a caller adds while bundles serve.
 *
 * @param id unique id, at least 0
 * @param title title; empty when unknown
 * @param category category; empty when unknown
 * @param author author; empty when unknown
 * @param createdMs time at which the item appeared, in milliseconds since 1970; 0 when unknown
 * @param content content vector, owned by this record; empty when the item has none
 * @param expiresMs time from which the item is on no page, in milliseconds since 1970; 0 for never
 * @param key key that gave the item its id; empty when the caller gave the id
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
    String key) {
  /** Creates an item without a key. */
  public PutItem(
      long id,
      String title,
      String category,
      String author,
      long createdMs,
      float[] content,
      long expiresMs) {
    this(id, title, category, author, createdMs, content, expiresMs, "");
  }

  /** Returns the same item with a key. */
  PutItem keyed(String other) {
    return new PutItem(id, title, category, author, createdMs, content, expiresMs, other);
  }
}
