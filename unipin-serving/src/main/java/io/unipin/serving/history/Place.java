package io.unipin.serving.history;

/**
 * Where an event stands among those of its user: by time, and among equal times by its id's hash. So the order of a history
 * is not that of arrival.
 */
public record Place(long timeMs, long event) implements Comparable<Place> {
  static final Place BEFORE_ALL = new Place(Long.MIN_VALUE, 0);

  @Override
  public int compareTo(Place other) {
    int byTime = Long.compare(timeMs, other.timeMs);
    return byTime != 0 ? byTime : Long.compareUnsigned(event, other.event);
  }
}
