package io.unipin.ann;

/**
 * The result of {@link AnnIndex#search}. The holder of the result owns the arrays.
 *
 * @param ids (queryCount, k) external ids, best first, padded with {@link #NO_ID}
 * @param scores (queryCount, k) inner products, padded with negative infinity
 */
@SuppressWarnings("ArrayRecordComponent") // owned by the holder of the record
public record AnnResult(int queryCount, int k, long[] ids, float[] scores) {

  /** The id that fills the rest of a row when fewer than k items were found. */
  public static final long NO_ID = -1;

  public AnnResult {
    int cells = Math.multiplyExact(queryCount, k);
    if (ids.length != cells || scores.length != cells) {
      throw new IllegalArgumentException(
          cells + " ids and scores expected, got " + ids.length + " and " + scores.length);
    }
  }

  /** Returns the number of items found for a query, at most k. */
  public int found(int query) {
    int count = 0;
    while (count < k && ids[query * k + count] != NO_ID) {
      count++;
    }
    return count;
  }
}
