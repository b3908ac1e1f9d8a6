package io.unipin.ann;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Derives factory strings for an index over a sample of the vectors. A kind may need more vectors
 * than the sample has: one per list (IVF), and one per centroid of a code (PQ). The index over the
 * sample is of the same kind, with fewer lists and centroids.
 */
final class SampleFactory {
  private static final Pattern LISTS = Pattern.compile("IVF([0-9]{1,9})");
  private static final Pattern CODES = Pattern.compile("PQ[0-9]{1,9}x([0-9]{1,2})(?![0-9])");
  private static final int VECTORS_PER_LIST = 40;

  private SampleFactory() {}

  /**
   * Refuses a kind with more lists, or more centroids of a code, than there are vectors.
   *
   * @throws AnnException if the kind is refused
   */
  static void requireEnough(String factory, int size) {
    Matcher lists = LISTS.matcher(factory);
    if (lists.find() && Long.parseLong(lists.group(1)) > size) {
      throw new AnnException(
          "index '%s': at most %s lists expected, one per vector, got %s"
              .formatted(factory, size, lists.group(1)));
    }
    Matcher codes = CODES.matcher(factory);
    while (codes.find()) {
      long centroids = 1L << Math.min(62, Integer.parseInt(codes.group(1)));
      if (centroids > size) {
        throw new AnnException(
            "index '%s': codes of at most %s centroids expected, one per vector, got %s"
                .formatted(factory, size, centroids));
      }
    }
  }

  /** Returns the factory string of an index of the same kind over {@code rows} vectors. */
  static String of(String factory, int rows) {
    Matcher lists = LISTS.matcher(factory);
    StringBuilder fewer = new StringBuilder();
    // The quantizer of lists may have lists itself, over the centres of the outer lists.
    long most = Math.max(1, rows / VECTORS_PER_LIST);
    while (lists.find()) {
      most = Math.min(most, Long.parseLong(lists.group(1)));
      lists.appendReplacement(fewer, "IVF" + most);
    }
    lists.appendTail(fewer);
    Matcher codes = CODES.matcher(fewer.toString());
    return codes.replaceAll(
        code -> {
          int fitting = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(Math.max(2, rows));
          int bits = Math.min(fitting, Integer.parseInt(code.group(1)));
          return code.group().replaceFirst("x[0-9]+$", "x" + bits);
        });
  }

  /** Returns the number of lists that a factory string names first; 0 if it names none. */
  static long lists(String factory) {
    Matcher lists = LISTS.matcher(factory);
    return lists.find() ? Long.parseLong(lists.group(1)) : 0;
  }
}
