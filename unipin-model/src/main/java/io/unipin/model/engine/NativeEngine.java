package io.unipin.model.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.files.Weights;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The owner of one model in the native engine. Each method is one native call in the caller's
 * thread, which works on the block's own memory. Thread-safe.
 *
 * <p>A row's results do not depend on the other rows of a call. A history therefore has the same
 * rows, bit for bit, if it is encoded in one call or in several calls. A slate has the same scores
 * if it is scored as a whole or in parts. Between instruction sets, results differ by rounding.
 *
 * <p>Calls hold the read lock and {@link #close} holds the write lock, so a model is never freed
 * during a call.
 */
public final class NativeEngine implements AutoCloseable {
  /** Name of the kernels in plain C++, which serve as the reference of tests. */
  public static final String PORTABLE = "portable";

  private static final Set<Integer> HEAD_WIDTHS = Set.of(16, 32, 64, 128);
  private static final long CLOSED = 0;

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final ModelConfig config;
  private final String instructionSet;

  /** Keeps the buffers alive, which the native model reads in place. */
  @SuppressWarnings("UnusedVariable")
  private final Tables tables;

  @GuardedBy("lock")
  private long address;

  /**
   * Memory that a model reads in place. This class keeps the buffers alive.
   *
   * @param rows N + 1 + V, the number of rows of both tables
   * @param items direct buffer with the table (rows, E), from position 0
   * @param paths direct buffer with the table (rows, X), from position 0; null if X is 0
   */
  public record Tables(int rows, ByteBuffer items, @Nullable ByteBuffer paths) {}

  /**
   * Creates a model.
   *
   * @param type the type of the layers' matrices
   * @param instructionSet one of {@link #instructionSets} for this type
   * @param weights the weights with which the model computes. For INT8 they must contain the
   *     observed ranges of the activations
   * @param rotation cosines (positions, D / 2) of the rotary embeddings of all positions in a
   *     history, then sines
   * @throws io.unipin.model.features.ModelException if a product with one of the model's matrices
   *     is wrong on this processor, or there is not enough memory
   */
  public NativeEngine(
      MatrixType type,
      String instructionSet,
      ModelConfig config,
      Weights weights,
      float[] rotation,
      Tables tables) {
    this.config = config;
    this.instructionSet = instructionSet;
    this.tables = tables;
    this.address =
        EngineNative.create(
            type == MatrixType.INT8,
            instructionSets(type).indexOf(instructionSet),
            EngineTensors.shape(config, tables.rows(), rotation.length / config.headDim()),
            EngineTensors.of(weights),
            rotation,
            tables.items(),
            tables.paths());
  }

  /**
   * Returns the instruction sets of this processor with which the engine computes matrices of a
   * type, fastest first. The last is {@link #PORTABLE}. Returns none if the library cannot be
   * loaded.
   */
  public static List<String> instructionSets(MatrixType type) {
    return EngineLibrary.failure() == null ? EngineLibrary.instructionSets(type) : List.of();
  }

  /** Returns why the engine does not compute models of this shape here; empty if it does. */
  public static Optional<String> unsupported(ModelConfig config, MatrixType type) {
    if (!HEAD_WIDTHS.contains(config.headDim())) {
      return Optional.of("heads of 16, 32, 64 or 128 numbers expected, got " + config.headDim());
    }
    if (EngineLibrary.failure() != null) {
      return Optional.of("it cannot be loaded: " + EngineLibrary.failure());
    }
    if (!instructionSets(type).get(0).equals(PORTABLE)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (type) {
          case FLOAT32 -> "a processor with AVX-512, or with AVX2, FMA and F16C, expected";
          case INT8 -> "a processor with AVX512_VNNI expected for precision INT8";
        });
  }

  /** Returns the instruction set whose kernels compute. */
  public String instructionSet() {
    return instructionSet;
  }

  /**
   * New actions.
   *
   * @param items (a) rows of the item table
   * @param actions (a, C) multi-hots of action types
   * @param surfaces (a) surface indices
   * @param gaps (a) gap buckets
   */
  public record Actions(long[] items, float[] actions, long[] surfaces, long[] gaps) {}

  /**
   * Encodes actions after the first {@code from} rows of a block and writes their keys and values
   * into the block. If {@code from} is 0, the learned first token precedes the actions.
   *
   * @return state (d) of the last row
   * @throws IllegalArgumentException if the block has no room, or an index is out of range
   */
  public float[] extend(Actions actions, int from, HostRows block) {
    float[] state = new float[config.width()];
    lock.readLock().lock();
    try {
      EngineNative.extend(
          open(),
          actions.items(),
          actions.actions(),
          actions.surfaces(),
          actions.gaps(),
          from,
          memory(block),
          block.capacity(),
          code(block.layout().type()),
          state);
      return state;
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Candidates of one request.
   *
   * @param items (k) rows of the item table
   * @param positions (k) positions on the page, or (1) one position for all
   */
  public record Candidates(long[] items, long surface, long gap, long[] positions) {}

  /**
   * Scores candidates against the first {@code rows} rows of a block.
   *
   * @return (k, C) calibrated probabilities
   * @throws IllegalArgumentException if the block has fewer rows, or an index is out of range
   */
  public float[] score(Candidates candidates, int rows, HostRows block) {
    float[] out = new float[candidates.items().length * config.actions().size()];
    lock.readLock().lock();
    try {
      EngineNative.score(
          open(),
          candidates.items(),
          candidates.surface(),
          candidates.gap(),
          candidates.positions(),
          memory(block),
          block.capacity(),
          code(block.layout().type()),
          rows,
          out);
      return out;
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Scores candidates at the first position, in one pass over history and candidates that keeps no
   * keys and values. In each layer, the pass multiplies the queries of all rows by the keys of all
   * rows, and masks what a row does not see. The probabilities have the same bits as those of
   * {@link #extend} and {@link #score} with a block of float32.
   *
   * @param history the whole window
   * @return (k, C) calibrated probabilities
   * @throws IllegalArgumentException if the history is longer than a window, or an index is out of
   *     range
   */
  public float[] scoreDense(Actions history, long[] candidates, long surface, long gap) {
    float[] out = new float[candidates.length * config.actions().size()];
    lock.readLock().lock();
    try {
      EngineNative.scoreDense(
          open(),
          history.items(),
          history.actions(),
          history.surfaces(),
          history.gaps(),
          candidates,
          surface,
          gap,
          out);
      return out;
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Computes queries of one user.
   *
   * @param state (d) state of the user's last row
   * @param outcomes (r, C) weights of the actions for which each query asks
   * @param offsets (r) classes of {@link TargetOffsets}
   * @return (r, E) vectors of unit length
   */
  public float[] queries(float[] state, float[] outcomes, long surface, long gap, long[] offsets) {
    float[] out = new float[offsets.length * config.itemDim()];
    lock.readLock().lock();
    try {
      EngineNative.queries(open(), state, outcomes, surface, gap, offsets, out);
      return out;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Refuses a block whose memory does not have the size that its layout says. */
  private ByteBuffer memory(HostRows block) {
    ByteBuffer memory = block.memory();
    long bytes = config.kvLayout(block.layout().type()).blockBytes(block.capacity());
    if (!memory.isDirect() || memory.position() != 0 || memory.remaining() != bytes) {
      throw new IllegalArgumentException(
          "a direct block of %s bytes at position 0 expected, got %s at %s"
              .formatted(bytes, memory.remaining(), memory.position()));
    }
    return memory;
  }

  private static int code(KvType type) {
    return switch (type) {
      case FLOAT32 -> 0;
      case FLOAT16 -> 1;
      case INT8 -> 2;
    };
  }

  @GuardedBy("lock")
  private long open() {
    if (address == CLOSED) {
      throw new IllegalStateException("an open model expected, got a closed one");
    }
    return address;
  }

  /** Frees the model after all running calls. Idempotent. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (address != CLOSED) {
        EngineNative.destroy(address);
        address = CLOSED;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
