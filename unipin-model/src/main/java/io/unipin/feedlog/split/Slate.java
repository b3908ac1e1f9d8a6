package io.unipin.feedlog.split;

/**
 * Impressions that one request showed together. They are a range of the arrays of {@link Slates}.
 *
 * @param part part of the log to which the slate belongs
 * @param from index of the first impression
 * @param to index after the last impression
 * @param history number of the user's actions before the slate
 * @param surface index of the surface on which the slate was shown
 * @param gap time from the user's last action to the slate, as a
 *     {@link io.unipin.model.features.GapBuckets bucket}
 * @param timeMs time at which the slate was shown, in milliseconds since 1970, or
 *     {@link io.unipin.feedlog.FeedLog#NO_TIME}
 */
public record Slate(Part part, int from, int to, int history, int surface, int gap, long timeMs) {
  public int size() {
    return to - from;
  }
}
