package io.unipin.train;

import io.unipin.train.recipe.TrainingSettings;

/**
 * Ends a training at its time limit, and lets the learning rate fall until then. Not thread-safe.
 *
 * <p>The learning rate falls over the number of steps that fit into the limit. The rate is
 * therefore low at the end, however fast the machine is.
 */
final class StepBudget {
  /** The first steps are slow, because the engine still compiles its code. */
  private static final long SLOW = 20;

  private final double mostSeconds;
  private final TrainingSettings settings;
  private final long slow;
  private long markStep = -1;
  private double markSeconds;

  /**
   * Creates a budget.
   *
   * @param mostSeconds time limit in seconds; infinite for none
   */
  StepBudget(double mostSeconds, TrainingSettings settings) {
    this.mostSeconds = mostSeconds;
    this.settings = settings;
    this.slow = Math.min(SLOW, Math.max(1, settings.warmupSteps() / 2));
  }

  /**
   * Whether another step begins.
   *
   * @param done number of finished steps
   * @param seconds seconds of training and validation so far
   */
  boolean allows(long done, double seconds) {
    return done == 0 || seconds < mostSeconds;
  }

  /** Returns the learning rates of a training of {@link #steps} steps. */
  LearningRate rate(long done, long recipe, double seconds) {
    return new LearningRate(
        settings.learningRate(), settings.warmupSteps(), steps(done, recipe, seconds));
  }

  /**
   * Returns the number of steps of the whole training, as far as the steps so far tell.
   *
   * @param done number of finished steps
   * @param recipe number of steps of all epochs of the recipe
   * @param seconds seconds of training and validation so far
   */
  long steps(long done, long recipe, double seconds) {
    if (Double.isInfinite(mostSeconds)) {
      return recipe;
    }
    if (markStep < 0) {
      if (done >= slow) {
        markStep = done;
        markSeconds = seconds;
      }
      return recipe;
    }
    double perStep = (seconds - markSeconds) / Math.max(1, done - markStep);
    double left = Math.max(0, mostSeconds - seconds) / Math.max(1e-6, perStep);
    return done == markStep ? recipe : Math.min(recipe, done + (long) left);
  }
}
