package io.unipin.train;

import io.unipin.model.ServingModel;
import java.nio.file.Path;

/** Judges a model between epochs, and calibrates the one that was chosen. */
interface Validator {
  Validation validate(ServingModel model);

  /** Fits the probabilities of a written model to held-out labels. Doing so again changes nothing. */
  void calibrate(Path model);
}
