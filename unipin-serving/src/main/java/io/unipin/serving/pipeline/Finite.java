package io.unipin.serving.pipeline;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;

/** Throws if a broken model returns values that are not finite. */
final class Finite {
  private Finite() {}

  static void require(String what, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new ServingException(
            FailureKind.INTERNAL, "the model returned a " + what + " that is not finite");
      }
    }
  }
}
