package io.unipin.model;

/**
 * Loss of one batch.
 *
 * @param total sum of the parts
 * @param item softmax over items
 * @param hidden masked history actions
 * @param slate actions of candidates
 * @param gradientNorm global norm before clipping; 0 where no step was taken
 */
public record StepLoss(float total, float item, float hidden, float slate, float gradientNorm) {
  public boolean isFinite() {
    return Float.isFinite(total) && Float.isFinite(gradientNorm);
  }
}
