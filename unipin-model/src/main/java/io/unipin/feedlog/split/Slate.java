package io.unipin.feedlog.split;

/**
 * Impressions that one request showed together, in the arrays of their {@link Slates}.
 *
 * @param part what the slate is used for
 * @param from first impression
 * @param to one past the last impression
 * @param history how many of the user's actions lie before it
 * @param surface where it was shown
 * @param gap time from the last action before it, as a {@link io.unipin.model.features.GapBuckets bucket}
 * @param timeMs when it was shown, or {@link io.unipin.feedlog.FeedLog#NO_TIME}
 */
public record Slate(Part part, int from, int to, int history, int surface, int gap, long timeMs) {
  public int size() {
    return to - from;
  }
}
