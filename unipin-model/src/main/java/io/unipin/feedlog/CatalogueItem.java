package io.unipin.feedlog;

/**
 * One item of a catalogue.
 *
 * @param id at least 0, unique
 * @param title empty when unknown
 * @param category empty when unknown
 * @param createdMs when the item appeared, {@link FeedLog#NO_TIME} when unknown
 * @param content owned by this record; empty when the item has none
 * @param author empty when unknown
 */
public record CatalogueItem(
    long id, String title, String category, long createdMs, float[] content, String author) {
  /** An item whose author is unknown. */
  public CatalogueItem(long id, String title, String category, long createdMs, float[] content) {
    this(id, title, category, createdMs, content, "");
  }
}
