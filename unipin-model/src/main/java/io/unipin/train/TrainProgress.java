package io.unipin.train;

/** Follows a training. */
@FunctionalInterface
public interface TrainProgress {
  /** A step is done. */
  void step(TrainStep step);

  /**
   * An epoch was validated.
   *
   * @param epoch from 1
   * @param best whether its model is the best yet, or as good
   */
  default void validated(int epoch, Validation validation, boolean best) {}

  /** Says nothing. */
  static TrainProgress none() {
    return step -> {};
  }
}
