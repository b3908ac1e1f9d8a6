package io.unipin.ann;

import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The native methods of this module. Only {@link FaissHandle} calls these methods.
 *
 * <p>Neither this class nor the native code checks arguments, so the caller must have checked every
 * size. A C++ exception becomes an {@link AnnException}.
 */
final class FaissNative {
  private FaissNative() {}

  /**
   * Builds an index and returns its address.
   *
   * @param vectors (count, dimension)
   * @param yields whether to add the vectors with the lowest priority
   */
  static native long build(
      String factory,
      float[] vectors,
      int dimension,
      int count,
      int seed,
      int threads,
      boolean yields);

  /** Reads an index from trusted bytes and returns its address. */
  static native long read(InputStream stream);

  static native void write(long index, OutputStream stream);

  static native int dimension(long index);

  static native long size(long index);

  /**
   * Searches, and writes ordinals and scores into the given arrays, best first.
   *
   * @param queries (queryCount, dimension)
   * @param k number of results per query, at least 1 and at most {@code passing}
   * @param bitmap one bit per ordinal: 1 if the ordinal passes the filter; null when all ordinals
   *     pass
   * @param passing number of ordinals that pass
   * @param ordinals (queryCount, k), written by the search; -1 where there is no result
   * @param scores (queryCount, k), written by the search
   */
  static native void search(
      long index,
      float[] queries,
      int queryCount,
      int k,
      int breadth,
      byte @Nullable [] bitmap,
      int passing,
      int[] ordinals,
      float[] scores);

  static native void free(long index);
}
