package io.unipin.train;

/**
 * What a recipe keeps back.
 *
 * @param holdout last actions of every user kept for testing
 * @param users most users in a validation during training
 */
public record EvaluationSettings(int holdout, int users) {
  public EvaluationSettings {
    if (holdout < 1 || users < 1) {
      throw new IllegalArgumentException(
          "evaluation.holdout and evaluation.users: 1 or more expected, got %d and %d"
              .formatted(holdout, users));
    }
  }
}
