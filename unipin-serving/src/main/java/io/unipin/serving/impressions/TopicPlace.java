package io.unipin.serving.impressions;

/**
 * How far a partition of a topic was counted.
 *
 * @param from offset of the oldest record that is read again after a restart, so that the pages are
 *     remembered that were counted last
 * @param next offset of the next record to count; {@code from} is not higher
 */
record TopicPlace(long from, long next) {
  /** The place in a partition of which nothing was read. */
  static final TopicPlace UNKNOWN = new TopicPlace(-1, -1);
}
