package io.unipin.train;

import io.unipin.model.StepLoss;

/** Follows a training. */
public interface TrainProgress {
  /** A step is done: {@code step} of {@code steps} over all epochs; loss averaged over the latest steps. */
  void step(
      int epoch,
      int epochs,
      long step,
      long steps,
      double examplesPerSecond,
      StepLoss loss,
      double secondsLeft);

  /** An epoch was validated. */
  void validated(int epoch, Validation validation, boolean best);

  /** Says nothing. */
  static TrainProgress none() {
    return new TrainProgress() {
      @Override
      public void step(
          int epoch,
          int epochs,
          long step,
          long steps,
          double examplesPerSecond,
          StepLoss loss,
          double secondsLeft) {}

      @Override
      public void validated(int epoch, Validation validation, boolean best) {}
    };
  }
}
