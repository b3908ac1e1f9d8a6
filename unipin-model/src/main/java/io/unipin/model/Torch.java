package io.unipin.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDManager;

/** The engine. Everything of it is reached through here, because of what must be in place before its libraries are loaded. */
public final class Torch {
  static {
    MklDispatch.install();
  }

  private Torch() {}

  /** A manager that lives until it is closed, on the device that holds what is not said otherwise. */
  public static PtNDManager newManager() {
    return (PtNDManager) Engine.getEngine("PyTorch").newBaseManager();
  }

  /**
   * As {@link #newManager()}.
   *
   * @param device as in {@link EngineOptions}
   */
  static PtNDManager newManager(String device) {
    return (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(Device.fromName(device));
  }
}
