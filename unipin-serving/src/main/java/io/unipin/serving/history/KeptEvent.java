package io.unipin.serving.history;

/**
 * An event that the store keeps because it is among the newest of its user.
 *
 * @param isLinked whether the hash {@code event} is known; records of version 1 do not hold it
 * @param event hash of the event's id; 0 when unknown
 * @param action recorded action; only its time is kept when the event is retracted
 */
public record KeptEvent(
    boolean isLinked, long event, EventVersions versions, RecordedAction action) {
  static final long UNKNOWN = 0;

  public KeptEvent {
    if (!versions.hold()) {
      action = RecordedAction.unknown(action.timeMs());
    }
  }

  public static KeptEvent of(long event, EventVersions versions, RecordedAction action) {
    return new KeptEvent(true, event, versions, action);
  }

  /** Creates an entry for an action whose event is unknown. */
  public static KeptEvent unlinked(RecordedAction action) {
    return new KeptEvent(false, UNKNOWN, new EventVersions(0, EventVersions.NONE), action);
  }

  /** Returns the event's position among the events of its user. */
  public EventPlace place() {
    return new EventPlace(action.timeMs(), event);
  }

  /** Whether the event counts: it was not retracted. */
  public boolean counts() {
    return versions.hold();
  }

  /** Whether another record of the event replaces this record. */
  boolean givesWayTo(long revision, RecordedAction other) {
    if (revision != versions.recorded()) {
      return revision > versions.recorded();
    }
    return counts()
        ? RecordedAction.BY_CONTENT.compare(other, action) > 0
        : other.timeMs() > action.timeMs();
  }
}
