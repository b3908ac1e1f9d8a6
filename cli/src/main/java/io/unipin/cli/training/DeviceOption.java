package io.unipin.cli.training;

import io.unipin.cli.check.CheckException;
import io.unipin.model.EngineDevice;
import io.unipin.model.device.DeviceCheck;
import io.unipin.model.device.DeviceException;
import picocli.CommandLine.Option;

/** The option that says where the steps of a training are computed. */
final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description =
          "Where to compute the steps: cpu, cuda or cuda:N. A training may resume on another"
              + " device. Default: ${DEFAULT-VALUE}.")
  private String name = "cpu";

  EngineDevice device() {
    try {
      return EngineDevice.parse(name);
    } catch (IllegalArgumentException e) {
      throw new CheckException("--device: " + e.getMessage(), e);
    }
  }

  /** Refuses a device on which the engine cannot compute. Loads the engine only for a card. */
  void require() {
    EngineDevice device = device();
    if (device.isCpu()) {
      return;
    }
    try {
      DeviceCheck.require(device);
    } catch (DeviceException e) {
      throw new CheckException("--device: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return device().toString();
  }
}
