package io.unipin.model.engine;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The native methods of this module. Only {@link NativeEngine} and {@link EngineLibrary} call them.
 *
 * <p>Java checks all arguments before a call, and the native code checks sizes and indices again. A
 * bad argument becomes an {@link IllegalArgumentException}, and any other failure a
 * {@code ModelException}. The program's file parts.py explains the letters of shapes.
 */
final class EngineNative {
  private EngineNative() {}

  /**
   * Returns the names of the kernels that this processor can run, fastest first.
   *
   * @param int8 whether to return the kernels of layers that multiply bytes; otherwise those of
   *     layers that multiply floats
   */
  static native String[] instructionSets(boolean int8);

  /**
   * Creates a model and returns its address.
   *
   * @param int8 whether the products of the layers multiply bytes
   * @param instructionSet index into {@link #instructionSets}
   * @param shape sizes in the order of {@code EngineTensors.shape}
   * @param tensors the tensors of {@link EngineTensors}, in that order
   * @param rotation cosines (positions, D / 2) of the rotary embeddings of all positions in a
   *     history, then sines
   * @param items direct buffer with the table (N + 1 + V, E), which must outlive the model
   * @param paths direct buffer with the table (N + 1 + V, X); null if X is 0
   */
  static native long create(
      boolean int8,
      int instructionSet,
      int[] shape,
      float[][] tensors,
      float[] rotation,
      ByteBuffer items,
      @Nullable ByteBuffer paths);

  /**
   * Writes the keys and values of new rows into a block.
   *
   * @param items (a) rows of the table
   * @param actions (a, C) multi-hots of action types
   * @param from number of rows that the block holds; if 0, the learned first token precedes the
   *     actions
   * @param block direct buffer (L, 2, G, capacity, D), followed by the steps for int8
   * @param type 0 for float32, 1 for float16, 2 for int8
   * @param state (d) receives the state of the last row
   */
  static native void extend(
      long model,
      long[] items,
      float[] actions,
      long[] surfaces,
      long[] gaps,
      int from,
      ByteBuffer block,
      int capacity,
      int type,
      float[] state);

  /**
   * Scores candidates against the first {@code rows} rows of a block.
   *
   * @param candidates (k) rows of the table
   * @param positions (k) positions on the page, or (1) one position for all
   * @param out (k, C) receives probabilities
   */
  static native void score(
      long model,
      long[] candidates,
      long surface,
      long gap,
      long[] positions,
      ByteBuffer block,
      int capacity,
      int type,
      int rows,
      float[] out);

  /**
   * Scores candidates at the first position, in one pass over the history and the candidates.
   * Neither reads nor writes a block.
   *
   * @param items (a) rows of the table
   * @param actions (a, C) multi-hots of action types
   * @param candidates (k) rows of the table
   * @param out (k, C) receives probabilities
   */
  static native void scoreDense(
      long model,
      long[] items,
      float[] actions,
      long[] surfaces,
      long[] gaps,
      long[] candidates,
      long surface,
      long gap,
      float[] out);

  /**
   * Computes queries.
   *
   * @param state (d) state of the user's last row
   * @param outcomes (r, C) weights of the actions for which each query asks
   * @param offsets (r) class of {@code TargetOffsets} of each query
   * @param out (r, E) receives unit vectors
   */
  static native void queries(
      long model,
      float[] state,
      float[] outcomes,
      long surface,
      long gap,
      long[] offsets,
      float[] out);

  /** Frees a model. No call may be using it. */
  static native void destroy(long model);
}
