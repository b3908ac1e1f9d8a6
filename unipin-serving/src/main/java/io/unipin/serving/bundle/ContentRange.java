package io.unipin.serving.bundle;

import io.unipin.feedlog.Catalogue;
import java.util.Locale;
import java.util.Optional;

/**
 * The range of the Euclidean lengths of the content vectors in a catalogue. If a vector's length is
 * far outside of this range, the vector probably does not come from the same source as the vectors
 * in training.
 *
 * @param dimension number of values of a content vector; 0 when no item has content
 * @param least smallest Euclidean length of an item's content
 * @param most largest Euclidean length of an item's content
 */
public record ContentRange(int dimension, double least, double most) {
  /**
   * An accepted length is at least the catalogue's least length divided by this factor, and at most
   * its largest length times this factor.
   */
  private static final double TOLERANCE = 10;

  /** Greatest accepted length when no item of the catalogue has content. */
  private static final double LONGEST = 1e6;

  static ContentRange of(Catalogue catalogue) {
    int dimension = catalogue.contentDim();
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int row = 0; dimension > 0 && row < catalogue.size(); row++) {
      double length = length(catalogue.content(), row * dimension, dimension);
      least = Math.min(least, length);
      most = Math.max(most, length);
    }
    return new ContentRange(dimension, least, most);
  }

  /**
   * Returns what is wrong with the Euclidean length of a content vector; empty if the length is
   * accepted.
   */
  public Optional<String> fault(float[] content) {
    double length = length(content, 0, content.length);
    double from = most == 0 ? 0 : least / TOLERANCE;
    double to = most == 0 ? LONGEST : most * TOLERANCE;
    if (length >= from && length <= to) {
      return Optional.empty();
    }
    String expected =
        String.format(Locale.ROOT, "a vector of length %.4g to %.4g expected", from, to);
    String theirs =
        most == 0
            ? ""
            : String.format(Locale.ROOT, ", as the bundle's items have %.4g to %.4g", least, most);
    return Optional.of(
        String.format(Locale.ROOT, "%s%s, got one of length %.4g", expected, theirs, length));
  }

  private static double length(float[] values, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += (double) values[i] * values[i];
    }
    return Math.sqrt(sum);
  }
}
