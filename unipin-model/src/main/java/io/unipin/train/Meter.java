package io.unipin.train;

import io.unipin.model.StepLoss;
import io.unipin.model.TrainingBatch;

/** Measures the speed and the smoothed loss of a running training. */
final class Meter {
  private static final float SMOOTHING = 0.95f;

  private final long start = System.nanoTime();
  private long examples;
  private long steps;
  private StepLoss loss = new StepLoss(0, 0, 0, 0, 0);

  /**
   * Returns the number of positions with a loss: targets, masked actions and labelled candidates.
   */
  static long examples(TrainingBatch batch) {
    return (long) batch.targets().at().length
        + batch.hidden().at().length
        + batch.shown().at().length;
  }

  void add(TrainingBatch batch, StepLoss latest) {
    examples += examples(batch);
    float old = steps == 0 ? 0 : SMOOTHING;
    loss =
        new StepLoss(
            old * loss.total() + (1 - old) * latest.total(),
            old * loss.item() + (1 - old) * latest.item(),
            old * loss.hidden() + (1 - old) * latest.hidden(),
            old * loss.slate() + (1 - old) * latest.slate(),
            latest.gradientNorm());
    steps++;
  }

  double examplesPerSecond() {
    return examples / seconds();
  }

  StepLoss loss() {
    return loss;
  }

  double secondsLeft(long stepsLeft) {
    return seconds() / steps * stepsLeft;
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }
}
