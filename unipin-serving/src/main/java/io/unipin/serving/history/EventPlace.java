package io.unipin.serving.history;

/**
 * An event's position among the events of its user. Events are ordered by time, and events of equal
 * time by the hash of their id. So the order does not depend on arrival.
 */
public record EventPlace(long timeMs, long event) implements Comparable<EventPlace> {
  /** A position before all others. */
  public static final EventPlace BEFORE_ALL = new EventPlace(Long.MIN_VALUE, 0);

  @Override
  public int compareTo(EventPlace other) {
    int byTime = Long.compare(timeMs, other.timeMs);
    return byTime != 0 ? byTime : Long.compareUnsigned(event, other.event);
  }
}
