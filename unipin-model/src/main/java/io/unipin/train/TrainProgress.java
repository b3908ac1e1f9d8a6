package io.unipin.train;

/** Listener of a training. */
@FunctionalInterface
public interface TrainProgress {
  /** Receives a finished step. */
  void step(TrainStep step);

  /**
   * Receives the validation of an epoch.
   *
   * @param epoch number of the epoch, from 1
   * @param best whether the epoch's model is the best so far, or as good as the best
   */
  default void validated(int epoch, Validation validation, boolean best) {}

  /**
   * Returns whether another epoch begins. An epoch that has begun is always finished.
   *
   * @param epochs number of finished epochs
   * @param seconds seconds of training and validation so far
   */
  default boolean goesOn(int epochs, double seconds) {
    return true;
  }

  /** Returns a listener that does nothing. */
  static TrainProgress none() {
    return step -> {};
  }
}
