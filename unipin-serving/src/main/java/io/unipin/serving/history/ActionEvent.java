package io.unipin.serving.history;

/**
 * An action to record.
 *
 * @param eventId tells the event from all others of its user
 */
public record ActionEvent(String eventId, RecordedAction action) {}
