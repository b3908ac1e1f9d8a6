package io.unipin.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import java.nio.file.Path;
import java.util.List;

/**
 * A product (m, k) x (k, n) of random float32 matrices, for measuring the speed of the engine's
 * arithmetic. It is computed in one of two ways: by the engine's plain product, or by the product
 * that serving uses. Serving prepares the right matrix at load. Not thread-safe.
 */
public final class MatrixProduct implements AutoCloseable {
  /** Index of the first layer's forward_in among the prepared matrices. */
  private static final long FORWARD_IN = 2;

  private final Runnable product;
  private final Runnable release;

  private MatrixProduct(Runnable product, Runnable release) {
    this.product = product;
    this.release = release;
  }

  /** Creates a product that the engine computes from plain matrices. */
  public static MatrixProduct plain(int m, int k, int n, EngineOptions options) {
    NDManager manager = Torch.newManager(options.device());
    boolean created = false;
    try {
      NDArray left = manager.randomUniform(-1, 1, new Shape(m, k));
      NDArray right = manager.randomUniform(-1, 1, new Shape(k, n));
      created = true;
      return new MatrixProduct(() -> left.matMul(right).close(), manager::close);
    } finally {
      if (!created) {
        manager.close();
      }
    }
  }

  /**
   * Creates a product that serving's code computes.
   *
   * @param scratch empty folder, to which a model that contains the right matrix is written
   */
  public static MatrixProduct prepared(int m, int k, int n, EngineOptions options, Path scratch) {
    List<String> name = List.of("any");
    ModelWriter.writeRandom(
        scratch, new ModelConfig(1, 0, 8, k, 1, 1, 1, n, 4, name, name, name), 1);
    ModelFiles files = ModelFiles.read(scratch);
    return TorchModule.load(Program.Use.SERVING, files.config(), files.weights(), options)
        .handTo(module -> of(module, m, k, options.device()));
  }

  private static MatrixProduct of(TorchModule module, int m, int k, EngineDevice device) {
    AttentionKernel kernel = AttentionKernel.of(device.isCpu(), false, k);
    module.prepare(Arithmetic.of(Precision.FLOAT32, device), kernel);
    PtNDArray left = (PtNDArray) module.manager().randomUniform(-1, 1, new Shape(m, k));
    return new MatrixProduct(
        () -> module.run("product", IValue.from(left), IValue.from(FORWARD_IN)).close(),
        module::close);
  }

  /** Computes the product once and discards the result. */
  public void run() {
    JniUtils.setGradMode(false);
    product.run();
  }

  /** Idempotent. */
  @Override
  public void close() {
    release.run();
  }
}
