package io.unipin.serving.impressions;

/**
 * The position up to which a partition of a topic was counted.
 *
 * @param from offset of the first record to read again after a restart, in order to remember the
 *     pages that were counted last
 * @param next offset of the next record to count, at least {@code from}
 */
record TopicPlace(long from, long next) {
  /** The position in a partition from which no record was read yet. */
  static final TopicPlace UNKNOWN = new TopicPlace(-1, -1);
}
