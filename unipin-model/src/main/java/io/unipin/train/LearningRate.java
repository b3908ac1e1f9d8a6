package io.unipin.train;

/**
 * The learning rate over a training: a linear warm-up, then half a period of a cosine, which falls
 * from the peak to a hundredth of the peak.
 */
record LearningRate(double peak, long warmupSteps, long totalSteps) {
  private static final double FLOOR = 0.01;

  /** Returns the learning rate of a step. Steps are numbered from 1 to {@code totalSteps}. */
  double at(long step) {
    if (step <= warmupSteps) {
      return peak * step / warmupSteps;
    }
    double progress =
        Math.min(1, (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    return peak * (FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * progress)));
  }
}
