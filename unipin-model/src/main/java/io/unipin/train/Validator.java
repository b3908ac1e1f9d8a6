package io.unipin.train;

import io.unipin.model.ServingModel;
import java.nio.file.Path;

/** Judges a model between epochs, and calibrates the chosen model. */
interface Validator {
  Validation validate(ServingModel model);

  /**
   * Calibrates the probabilities of a written model on held-out labels, gives the model its counts,
   * and fits the weights that order its pages. Idempotent.
   */
  void calibrate(Path model);
}
