package io.unipin.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDManager;
import io.unipin.model.engine.MklDispatch;

/**
 * Access to the engine. All code reaches the engine through this class, because {@link MklDispatch}
 * must run before the engine's libraries are loaded.
 */
public final class Torch {
  static {
    MklDispatch.install();
  }

  private Torch() {}

  /**
   * Creates a manager on the processor. The caller closes it.
   *
   * <p>The engine's own default is a card if the engine finds one.
   */
  public static PtNDManager newManager() {
    return newManager(EngineDevice.CPU);
  }

  /** Creates a manager on a device. The caller closes it. */
  public static PtNDManager newManager(EngineDevice device) {
    return (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(device.djl());
  }
}
