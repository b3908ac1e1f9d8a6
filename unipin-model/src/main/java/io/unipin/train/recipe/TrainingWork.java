package io.unipin.train.recipe;

/**
 * Estimates the arithmetic of a training, in floating-point operations (a multiplication and an
 * addition are two). A step computes each product three times: once forwards, and twice for the
 * gradients. Only the products that take most of the time are counted.
 */
final class TrainingWork {
  /** Operations that one core does in two hours, at 40 billion operations a second. */
  static final double BUDGET = 2 * 3600 * 40e9;

  private static final int PER_WEIGHT = 6;

  private TrainingWork() {}

  /** Returns the operations of an epoch. */
  static double ofEpoch(TrainConfig recipe, LogStatistics data) {
    double rows = data.actions() + data.users();
    double steps = Math.max(1, rows / recipe.training().batchActions());
    return PER_WEIGHT * (rows * weightsOfRow(recipe, data) + steps * weightsOfStep(recipe, data));
  }

  /**
   * Returns the number of weights by which each row is multiplied, in the transformer and in the
   * softmax.
   */
  private static double weightsOfRow(TrainConfig recipe, LogStatistics data) {
    ModelShape model = recipe.model();
    double width = model.width();
    double keys = width * model.kvHeads() / model.heads();
    double feedForward = (model.gated() ? 3.0 : 2.0) * width * model.feedForward();
    double block = 2 * width * (width + keys) + feedForward;
    return model.layers() * block + (double) classes(recipe, data) * model.itemDim();
  }

  /**
   * Returns the number of weights that map content to vectors, times the number of items that a
   * batch embeds.
   */
  private static double weightsOfStep(TrainConfig recipe, LogStatistics data) {
    return (double) classes(recipe, data) * data.contentDim() * recipe.model().itemDim();
  }

  /** Returns the number of items in a batch's softmax. */
  private static long classes(TrainConfig recipe, LogStatistics data) {
    int negatives = recipe.training().negativesAmong(data.catalogue());
    return negatives == 0
        ? data.catalogue()
        : Math.min(data.catalogue(), (long) negatives + recipe.training().batchActions());
  }
}
