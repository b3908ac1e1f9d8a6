package io.unipin.model;

import io.unipin.model.engine.Implementation;
import java.time.Duration;

/**
 * Options of the engine that runs a model.
 *
 * @param device name of the device; only {@code cpu} is supported
 * @param batchSize largest number of users in one call of {@link Executor#BATCH}
 * @param batchWait how long a call of {@link Executor#BATCH} waits for other calls
 * @param comparison whether the model also supports {@link ServingModel#scoreDense}; servers do not
 *     need it
 * @param liveItems number of live items that the model has room for (see
 *     {@link ServingModel#liveRow}); each takes {@code itemDim} float32 numbers outside the heap
 * @param implementation what computes the passes of serving
 */
public record EngineOptions(
    String device,
    Precision precision,
    Executor executor,
    int batchSize,
    Duration batchWait,
    boolean comparison,
    int liveItems,
    Implementation implementation) {
  private static final int MOST_USERS = 1024;

  public EngineOptions {
    if (!device.equals("cpu")) {
      throw new IllegalArgumentException("device: cpu expected, got " + device);
    }
    if (batchSize < 1 || batchSize > MOST_USERS) {
      throw new IllegalArgumentException(
          "batchSize of 1 to " + MOST_USERS + " expected, got " + batchSize);
    }
    if (batchWait.isNegative()) {
      throw new IllegalArgumentException("batchWait of at least 0 expected, got " + batchWait);
    }
    if (liveItems < 0) {
      throw new IllegalArgumentException("liveItems of at least 0 expected, got " + liveItems);
    }
  }

  /** Returns options for float32 with {@link Executor#WORKER}, computed by the program. */
  public static EngineOptions cpu() {
    return cpu(Precision.FLOAT32);
  }

  public static EngineOptions cpu(Precision precision) {
    return new EngineOptions(
        "cpu", precision, Executor.WORKER, 1, Duration.ZERO, false, 0, Implementation.PROGRAM);
  }

  /**
   * Returns a copy with {@link Executor#BATCH}, which runs calls of up to {@code size} users as
   * one.
   */
  public EngineOptions batched(int size, Duration wait) {
    return new EngineOptions(
        device, precision, Executor.BATCH, size, wait, comparison, liveItems, implementation);
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

  private EngineOptions with(boolean dense, int limit, Implementation by) {
    return new EngineOptions(device, precision, executor, batchSize, batchWait, dense, limit, by);
  }
}
