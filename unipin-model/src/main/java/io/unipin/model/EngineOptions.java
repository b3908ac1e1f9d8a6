package io.unipin.model;

/**
 * How the engine runs a model.
 *
 * @param device {@code cpu}: the only one whose executor exists
 */
public record EngineOptions(String device) {
  public EngineOptions {
    if (!device.equals("cpu")) {
      throw new IllegalArgumentException("device: cpu expected, got " + device);
    }
  }

  public static EngineOptions cpu() {
    return new EngineOptions("cpu");
  }
}
