package io.unipin.benchmarks.rival;

import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainingSettings;
import java.time.Duration;

/**
 * How a rival model for retrieval is trained. The learning rate rises, and then falls along a
 * cosine to a hundredth of its peak.
 *
 * @param epochs largest number of epochs
 * @param patience training stops after this many epochs in a row without a better validation
 * @param batchActions largest number of actions in a batch, including padding
 * @param negatives number of items that a sampled softmax draws uniformly for each batch
 * @param validated largest number of targets in a validation
 * @param limit time after which the training ends; the learning rate falls in this time
 */
record SequenceTraining(
    int epochs,
    int patience,
    int batchActions,
    float learningRate,
    float dropout,
    int negatives,
    int validated,
    Duration limit) {
  private static final int EPOCHS = 100;
  private static final int PATIENCE = 10;
  private static final float RATE = 0.001f;
  private static final int NEGATIVES = 512;
  private static final int WARM_UP_STEPS = 100;
  private static final double FLOOR = 0.01;

  SequenceTraining {
    if (epochs < 1 || patience < 1 || batchActions < 1 || negatives < 1 || validated < 1) {
      throw new IllegalArgumentException(
          "numbers from 1 on expected, got %s epochs, patience %s, %s actions, %s negatives, %s users"
              .formatted(epochs, patience, batchActions, negatives, validated));
    }
  }

  /** Returns the training for a recipe. It has the recipe's batches, dropout and validations. */
  static SequenceTraining of(TrainConfig recipe, Duration limit) {
    return new SequenceTraining(
        EPOCHS,
        PATIENCE,
        recipe.training().batchActions(),
        RATE,
        (float) recipe.training().dropout(),
        NEGATIVES,
        recipe.evaluation().users(),
        limit);
  }

  /** Returns the number of negatives that a rival draws for each batch; 0 for a full softmax. */
  int negatives(SequenceKind kind, int items) {
    return kind.isSampled() || items > TrainingSettings.MOST_FULL ? negatives : 0;
  }

  /**
   * Returns the learning rate of a step.
   *
   * @param done the finished share of the training, from 0 to 1
   */
  float learningRate(long step, double done) {
    double fallen = FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
    return (float) (learningRate * Math.min(1, (double) step / WARM_UP_STEPS) * fallen);
  }
}
