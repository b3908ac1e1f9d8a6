package io.unipin.model.device;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import io.unipin.model.EngineDevice;
import io.unipin.model.Torch;
import java.util.List;
import java.util.Random;

/** A probe that uses the engine and the driver of this machine. */
final class EngineProbe implements DeviceCheck.Probe {
  @Override
  public DeviceReport report() {
    try (NDManager any = Torch.newManager()) { // loads the engine
      return new DeviceReport(
          any.getEngine().getVersion() + " in " + LibUtils.getLibtorchPath(),
          JniUtils.getFeatures().contains("CUDA"),
          CudaDriver.version().orElse("none"),
          CudaDriver.cards());
    }
  }

  @Override
  public List<Card> cards() {
    return CudaDriver.cards();
  }

  @Override
  public float[] product(EngineDevice device, int size) {
    float[] left = numbers(size * size, 1);
    float[] right = numbers(size * size, 2);
    try (NDManager scope = Torch.newManager(device)) { // loads the engine
      JniUtils.setGradMode(false);
      NDArray a = scope.create(left, new Shape(size, size));
      NDArray b = scope.create(right, new Shape(size, size));
      return a.matMul(b).toFloatArray();
    }
  }

  /** Returns numbers between -1 and 1, the same on every device. */
  private static float[] numbers(int count, long seed) {
    Random random = new Random(seed);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = 2 * random.nextFloat() - 1;
    }
    return numbers;
  }
}
