package io.unipin.model;

import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.engine.Implementation;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.files.ModelFiles;
import java.time.Duration;

/**
 * Options of the engine that runs a model.
 *
 * @param device where the model computes
 * @param executor how a serving model's calls run; a card needs {@link Executor#BATCH}
 * @param batchSize largest number of users in one call of {@link Executor#BATCH}
 * @param batchRows largest number of new rows, of all users, in one call of {@link Executor#BATCH};
 *     bounds the call's scratch memory
 * @param batchWait how long a call of {@link Executor#BATCH} waits for other calls
 * @param comparison whether the model also supports {@link ServingModel#scoreDense}; servers do not
 *     need it
 * @param liveItems number of live items for which the model has room (see
 *     {@link ServingModel#liveRow}); each takes {@code itemDim} float32 numbers outside the heap
 * @param implementation what computes the passes of serving
 */
public record EngineOptions(
    EngineDevice device,
    Precision precision,
    Executor executor,
    int batchSize,
    int batchRows,
    Duration batchWait,
    boolean comparison,
    int liveItems,
    Implementation implementation) {
  /** Default for {@code batchSize} on a card. */
  public static final int BATCH_SIZE = 64;

  /** Default for {@code batchRows}. */
  public static final int BATCH_ROWS = 65_536;

  private static final int MOST_USERS = 1024;

  public EngineOptions {
    if (batchSize < 1 || batchSize > MOST_USERS) {
      throw new IllegalArgumentException(
          "batchSize of 1 to " + MOST_USERS + " expected, got " + batchSize);
    }
    if (batchRows < 1) {
      throw new IllegalArgumentException("batchRows of at least 1 expected, got " + batchRows);
    }
    if (batchWait.isNegative()) {
      throw new IllegalArgumentException("batchWait of at least 0 expected, got " + batchWait);
    }
    if (liveItems < 0) {
      throw new IllegalArgumentException("liveItems of at least 0 expected, got " + liveItems);
    }
    if (!device.isCpu()) {
      checkCard(device, precision, executor, implementation);
    }
  }

  private static void checkCard(
      EngineDevice device, Precision precision, Executor executor, Implementation implementation) {
    if (precision == Precision.INT8) {
      throw new IllegalArgumentException(
          "precision FLOAT16 or FLOAT32 expected on " + device + ", got INT8");
    }
    if (executor != Executor.BATCH) {
      throw new IllegalArgumentException(
          "executor BATCH expected on " + device + ", got " + executor);
    }
    if (implementation == Implementation.NATIVE) {
      throw new IllegalArgumentException(
          "implementation PROGRAM or AUTO expected on " + device + ", got NATIVE");
    }
  }

  /** Returns options for float32 with {@link Executor#WORKER}, computed by the program. */
  public static EngineOptions cpu() {
    return cpu(Precision.FLOAT32);
  }

  public static EngineOptions cpu(Precision precision) {
    return new EngineOptions(
        EngineDevice.CPU,
        precision,
        Executor.WORKER,
        1,
        BATCH_ROWS,
        Duration.ZERO,
        false,
        0,
        Implementation.PROGRAM);
  }

  /**
   * Returns options for a device. The processor gets {@link #cpu(Precision)}. A card gets {@link
   * Executor#BATCH}, and its calls do not wait for other calls.
   */
  public static EngineOptions on(EngineDevice device, Precision precision) {
    if (device.isCpu()) {
      return cpu(precision);
    }
    return new EngineOptions(
        device,
        precision,
        Executor.BATCH,
        BATCH_SIZE,
        BATCH_ROWS,
        Duration.ZERO,
        false,
        0,
        Implementation.PROGRAM);
  }

  /**
   * Returns a copy with {@link Executor#BATCH}, which runs calls of up to {@code size} users as
   * one.
   */
  public EngineOptions batched(int size, Duration wait) {
    return batched(size, batchRows, wait);
  }

  /**
   * Returns a copy with {@link Executor#BATCH}. One batch has at most {@code size} users and {@code
   * rows} new rows.
   */
  public EngineOptions batched(int size, int rows, Duration wait) {
    return new EngineOptions(
        device, precision, Executor.BATCH, size, rows, wait, comparison, liveItems, implementation);
  }

  /** Returns a copy for a model that also supports {@link ServingModel#scoreDense}. */
  public EngineOptions withComparison() {
    return with(true, liveItems, implementation);
  }

  /** Returns a copy for a model with room for up to {@code limit} live items. */
  public EngineOptions withLiveItems(int limit) {
    return with(comparison, limit, implementation);
  }

  /** Returns a copy for a model that is computed by another implementation. */
  public EngineOptions withImplementation(Implementation other) {
    return with(comparison, liveItems, other);
  }

  /** Returns the attention kernel for calls of several users. */
  AttentionKernel kernel(ModelConfig config) {
    return AttentionKernel.of(device.isCpu(), precision == Precision.FLOAT16, config.headDim());
  }

  /**
   * Refuses a model whose activations do not fit the precision, and a model with windows on a card,
   * whose kernels have no windows.
   *
   * @throws ModelException if the model is refused
   */
  void check(ModelFiles files) {
    AttentionWindow window = files.config().window();
    if (window.limits() && !device.isCpu()) {
      throw new ModelException(
          "engine.device: cpu expected for a model with windows of attention (model.window %s), got %s"
              .formatted(window.rows(), device));
    }
    switch (precision) {
      case FLOAT32 -> {}
      case FLOAT16 -> files.checkHalfRanges();
      case INT8 -> files.checkRanges();
    }
  }

  /**
   * Returns a part of the fingerprint of a model. It names the arithmetic and the kind of device
   * with which the model computes. This part is empty for float32 on the processor.
   */
  String suffix() {
    String arithmetic =
        switch (precision) {
          case FLOAT32 -> "";
          case FLOAT16 -> "-half";
          case INT8 -> "-int8";
        };
    return arithmetic + (device.isCpu() ? "" : "-cuda");
  }

  private EngineOptions with(boolean dense, int limit, Implementation by) {
    return new EngineOptions(
        device, precision, executor, batchSize, batchRows, batchWait, dense, limit, by);
  }
}
