package io.unipin.model;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Divides the number of candidates of a request among its retrieval queries. */
public final class QueryMerge {
  /** Two queries find nearly the same items if their cosine exceeds this value. */
  private static final double SAME = 0.98;

  private QueryMerge() {}

  /**
   * Returns the queries with which to search. Drops a query that nearly equals an earlier query.
   *
   * @param queries (queries, dim) vectors of unit length
   * @param shares (queries) share of each query in the candidates. This method changes the array:
   *     it adds the share of a dropped query to the share of the earlier, nearly equal query
   * @return indices of the kept queries, ascending
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
   * Merges the items that several queries found into at most {@code count} distinct items. Each
   * query contributes its best items up to its share. Queries take turns. An item that two queries
   * found counts for the query that takes it first. If a query has no more items, the other queries
   * fill its share.
   *
   * @param found (queries) ids of the items that each query found, best first
   * @param shares (queries) share of each query in the result, positive
   */
  public static long[] merge(long[][] found, double[] shares, int count) {
    double sum = Arrays.stream(shares).sum();
    int[] next = new int[found.length];
    double[] given = new double[found.length];
    int all = Arrays.stream(found).mapToInt(ids -> ids.length).sum();
    Distinct merged = new Distinct(Math.min(count, all));
    while (merged.size < count) {
      int query = mostOwed(found, next, given, shares, sum, merged.size + 1);
      if (query < 0) {
        break;
      }
      if (merged.add(found[query][next[query]++])) {
        given[query]++;
      }
    }
    return Arrays.copyOf(merged.ids, merged.size);
  }

  /**
   * Distinct ids in the order in which they were added. The ids are stored without an object for
   * each id, because every page merges hundreds of ids. Not thread-safe.
   */
  private static final class Distinct {
    private final long[] ids;

    /** A hash table with open addressing. A slot holds 1 + the index of an id, or 0. */
    private final int[] slots;

    private int size;

    Distinct(int most) {
      ids = new long[most];
      slots = new int[Integer.highestOneBit(Math.max(1, most)) << 2]; // at most half full
    }

    /** Adds an id. Returns whether it is new. */
    boolean add(long id) {
      int mask = slots.length - 1;
      int slot = Long.hashCode(id * 0x9E3779B97F4A7C15L) & mask;
      while (slots[slot] != 0) {
        if (ids[slots[slot] - 1] == id) {
          return false;
        }
        slot = slot + 1 & mask;
      }
      ids[size++] = id;
      slots[slot] = size;
      return true;
    }
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
