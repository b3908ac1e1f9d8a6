package io.unipin.feedlog.split;

/**
 * Impressions that one request showed together. They are a range in the arrays of their
 * {@link Slates}.
 *
 * @param part split that the slate belongs to
 * @param from first impression
 * @param to one past the last impression
 * @param history number of the user's actions before the slate
 * @param surface surface index at which the slate was shown
 * @param gap time since the last action before the slate, as a
 *     {@link io.unipin.model.features.GapBuckets bucket}
 * @param timeMs when the slate was shown, in milliseconds since 1970, or
 *     {@link io.unipin.feedlog.FeedLog#NO_TIME}
 */
public record Slate(Part part, int from, int to, int history, int surface, int gap, long timeMs) {
  public int size() {
    return to - from;
  }
}
