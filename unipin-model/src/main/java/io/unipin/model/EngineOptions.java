package io.unipin.model;

/**
 * How the engine runs a model.
 *
 * @param device {@code cpu}, or {@code gpu} for the first CUDA device
 */
public record EngineOptions(String device) {
  public EngineOptions {
    if (!device.equals("cpu") && !device.equals("gpu")) {
      throw new IllegalArgumentException("device: cpu or gpu expected, got " + device);
    }
  }

  public static EngineOptions cpu() {
    return new EngineOptions("cpu");
  }
}
