package io.unipin.train;

import io.unipin.model.ServingModel;

/** Judges a model between epochs. */
@FunctionalInterface
interface Validator {
  Validation validate(ServingModel model);
}
