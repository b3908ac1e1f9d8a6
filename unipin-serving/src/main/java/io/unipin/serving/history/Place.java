package io.unipin.serving.history;

/**
 * An event's position among the events of its user. Events are ordered by time, and events of equal
 * time by the hash of their id. So the order does not depend on arrival.
 */
public record Place(long timeMs, long event) implements Comparable<Place> {
  /** A position before all others. */
  public static final Place BEFORE_ALL = new Place(Long.MIN_VALUE, 0);

  @Override
  public int compareTo(Place other) {
    int byTime = Long.compare(timeMs, other.timeMs);
    return byTime != 0 ? byTime : Long.compareUnsigned(event, other.event);
  }
}
