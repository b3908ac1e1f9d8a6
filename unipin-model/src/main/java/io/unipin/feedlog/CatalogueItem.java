package io.unipin.feedlog;

import java.util.List;

/**
 * One item of a catalogue.
 *
 * @param id unique id, at least 0
 * @param title title; empty when unknown
 * @param category category; empty when unknown
 * @param createdMs time at which the item appeared, in milliseconds since 1970;
 *     {@link FeedLog#NO_TIME} when unknown
 * @param content content vector, owned by this record; empty when the item has no content
 * @param author author; empty when unknown
 * @param key name of the item in its catalogue, such as a UUID, unique; empty when it has none
 * @param attributes tags, brands, words and the like, in any order; copied
 */
public record CatalogueItem(
    long id,
    String title,
    String category,
    long createdMs,
    float[] content,
    String author,
    String key,
    List<String> attributes) {
  public CatalogueItem {
    attributes = List.copyOf(attributes);
  }

  /** Creates an item without attributes. */
  public CatalogueItem(
      long id,
      String title,
      String category,
      long createdMs,
      float[] content,
      String author,
      String key) {
    this(id, title, category, createdMs, content, author, key, List.of());
  }

  /** Creates an item without a key. */
  public CatalogueItem(
      long id, String title, String category, long createdMs, float[] content, String author) {
    this(id, title, category, createdMs, content, author, "");
  }

  /** Creates an item without a key whose author is unknown. */
  public CatalogueItem(long id, String title, String category, long createdMs, float[] content) {
    this(id, title, category, createdMs, content, "", "");
  }
}
