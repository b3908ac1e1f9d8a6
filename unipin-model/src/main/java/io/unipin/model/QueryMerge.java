package io.unipin.model;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.IntStream;

/** How several queries of one request share its budget of candidates. */
public final class QueryMerge {
  /** Queries of a larger cosine find nearly the same items. */
  private static final double SAME = 0.98;

  private QueryMerge() {}

  /**
   * The queries to search with: those that are not nearly an earlier one.
   *
   * @param queries (queries, dim), unit length
   * @param shares (queries) of the budget; a dropped query's share goes to the one that it equals,
   *     in place
   * @return indices, ascending
   */
  public static int[] distinct(float[] queries, double[] shares) {
    int dim = queries.length / Math.max(1, shares.length);
    boolean[] dropped = new boolean[shares.length];
    for (int query = 1; query < shares.length; query++) {
      for (int earlier = 0; earlier < query && !dropped[query]; earlier++) {
        if (!dropped[earlier] && dot(queries, query, earlier, dim) > SAME) {
          dropped[query] = true;
          shares[earlier] += shares[query];
          shares[query] = 0;
        }
      }
    }
    return IntStream.range(0, shares.length).filter(query -> !dropped[query]).toArray();
  }

  private static double dot(float[] queries, int a, int b, int dim) {
    double sum = 0;
    for (int i = 0; i < dim; i++) {
      sum += (double) queries[a * dim + i] * queries[b * dim + i];
    }
    return sum;
  }

  /**
   * At most {@code count} distinct items of what several queries found: each query gives its best
   * ones until it has given its share. What two queries found counts for the one whose turn it is;
   * a query that has no more leaves the rest to the others.
   *
   * @param found (queries) of items each, best first
   * @param shares (queries) positive
   */
  public static long[] merge(long[][] found, double[] shares, int count) {
    double sum = Arrays.stream(shares).sum();
    int[] next = new int[found.length];
    double[] given = new double[found.length];
    Set<Long> merged = new LinkedHashSet<>();
    while (merged.size() < count) {
      int query = mostOwed(found, next, given, shares, sum, merged.size() + 1);
      if (query < 0) {
        break;
      }
      if (merged.add(found[query][next[query]++])) {
        given[query]++;
      }
    }
    return merged.stream().mapToLong(Long::longValue).toArray();
  }

  private static int mostOwed(
      long[][] found, int[] next, double[] given, double[] shares, double sum, int total) {
    int most = -1;
    double largest = 0;
    for (int query = 0; query < found.length; query++) {
      double owed = shares[query] / sum * total - given[query];
      if (next[query] < found[query].length && (most < 0 || owed > largest)) {
        most = query;
        largest = owed;
      }
    }
    return most;
  }
}
