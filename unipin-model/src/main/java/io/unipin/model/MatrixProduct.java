package io.unipin.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;

/** A product (m, k) x (k, n) of random float32 matrices as the engine computes it: what its arithmetic can reach. One thread. */
public final class MatrixProduct implements AutoCloseable {
  private final NDManager manager;
  private final NDArray left;
  private final NDArray right;

  private MatrixProduct(NDManager manager, int m, int k, int n) {
    this.manager = manager;
    left = manager.randomUniform(-1, 1, new Shape(m, k));
    right = manager.randomUniform(-1, 1, new Shape(k, n));
  }

  public static MatrixProduct of(int m, int k, int n, EngineOptions options) {
    Device device = Device.fromName(options.device());
    return new MatrixProduct(Engine.getEngine("PyTorch").newBaseManager(device), m, k, n);
  }

  /** Computes the product once and drops it. */
  public void run() {
    JniUtils.setGradMode(false);
    try (NDArray product = left.matMul(right)) {
      if (product.size() != left.getShape().get(0) * right.getShape().get(1)) {
        throw new IllegalStateException("a product of shape " + product.getShape());
      }
    }
  }

  /** Idempotent. */
  @Override
  public void close() {
    manager.close();
  }
}
