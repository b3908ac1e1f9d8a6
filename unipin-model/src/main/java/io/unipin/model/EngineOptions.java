package io.unipin.model;

/**
 * How the engine runs a model.
 *
 * @param device {@code cpu}: the only one whose executor exists
 */
public record EngineOptions(String device, Precision precision) {
  public EngineOptions {
    if (!device.equals("cpu")) {
      throw new IllegalArgumentException("device: cpu expected, got " + device);
    }
  }

  /** In float32. */
  public static EngineOptions cpu() {
    return cpu(Precision.FLOAT32);
  }

  public static EngineOptions cpu(Precision precision) {
    return new EngineOptions("cpu", precision);
  }
}
