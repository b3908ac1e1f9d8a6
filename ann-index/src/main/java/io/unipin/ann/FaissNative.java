package io.unipin.ann;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The native fence: every native method of this module, called by {@link FaissHandle} alone. Nothing is checked here or behind; every
 * size must fit before the call. C++ exceptions arrive as {@link AnnException}.
 */
final class FaissNative {
  private FaissNative() {}

  /**
   * The address of a new index.
   *
   * @param vectors (count, dimension)
   */
  static native long build(
      String factory, float[] vectors, int dimension, int count, int seed, int threads);

  /** The address of an index read from trusted bytes. */
  static native long read(InputStream stream);

  static native void write(long index, OutputStream stream);

  static native int dimension(long index);

  static native long size(long index);

  /**
   * Fills ordinals and scores, best first.
   *
   * @param queries (queryCount, dimension)
   * @param k at least 1 and at most passing
   * @param bitmap one bit per ordinal, null when all pass
   * @param passing number of set bits
   * @param ordinals (queryCount, k), filled; -1 where there is none
   * @param scores (queryCount, k), filled
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

  /** As {@link #search}, between direct buffers, each from a position on. */
  static native void searchDirect(
      long index,
      FloatBuffer queries,
      int queriesPosition,
      int queryCount,
      int k,
      int breadth,
      byte @Nullable [] bitmap,
      int passing,
      LongBuffer ordinals,
      int ordinalsPosition,
      FloatBuffer scores,
      int scoresPosition);

  static native void free(long index);
}
