package io.unipin.model;

/**
 * Loss of one batch.
 *
 * @param total sum of the parts, and of a recipe's losses for new and rare items
 * @param item softmax loss over items
 * @param hidden loss of masked history actions
 * @param slate loss of the candidates' actions
 * @param gradientNorm norm of all gradients together, before clipping; 0 if no step was taken
 */
public record StepLoss(float total, float item, float hidden, float slate, float gradientNorm) {
  public boolean isFinite() {
    return Float.isFinite(total) && Float.isFinite(gradientNorm);
  }
}
