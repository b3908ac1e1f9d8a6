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
   * Returns the time limit of training and validation in seconds. The training ends at the first
   * step after the limit, and the last epoch may be incomplete. At least one step is taken. The
   * learning rates depend on the number of steps that fit into the limit.
   */
  default double mostSeconds() {
    return Double.POSITIVE_INFINITY;
  }

  /** Returns a listener that does nothing. */
  static TrainProgress none() {
    return step -> {};
  }
}
