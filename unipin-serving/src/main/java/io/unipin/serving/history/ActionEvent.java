package io.unipin.serving.history;

/**
 * An action to record.
 *
 * @param eventId id that is unique among the events of its user
 * @param revision revision of this record of the event; the record of the highest revision is valid
 */
public record ActionEvent(String eventId, long revision, RecordedAction action) {
  /** The highest revision. Every reader of JSON can represent it exactly. */
  public static final long MAX_REVISION = (1L << 53) - 1;

  public ActionEvent {
    if (revision < 0 || revision > MAX_REVISION) {
      throw new IllegalArgumentException(
          "a revision of 0 to " + MAX_REVISION + " expected, got " + revision);
    }
  }

  /** Creates the first record of an event. */
  public ActionEvent(String eventId, RecordedAction action) {
    this(eventId, 0, action);
  }
}
