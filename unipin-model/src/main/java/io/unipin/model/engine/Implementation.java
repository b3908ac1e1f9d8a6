package io.unipin.model.engine;

/** The code that computes a model's serving passes. */
public enum Implementation {
  /**
   * The native engine if it supports the model and the processor, otherwise the program. The log
   * names the choice and its reason.
   */
  AUTO,
  /**
   * The native engine, as with {@link #AUTO}. If the program must compute instead, the log has a
   * warning.
   */
  NATIVE,
  /** The TorchScript program. */
  PROGRAM
}
