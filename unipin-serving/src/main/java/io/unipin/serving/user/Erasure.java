package io.unipin.serving.user;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.util.List;

/**
 * What became of an erasure.
 *
 * @param existed whether there was anything
 * @param missed names of the stores that could not be reached
 */
public record Erasure(boolean existed, List<String> missed) {
  public Erasure {
    missed = List.copyOf(missed);
  }

  /**
   * Returns whether there was anything, of an erasure that reached every store.
   *
   * @throws ServingException that names the stores which it did not reach
   */
  public boolean complete() {
    if (!missed.isEmpty()) {
      throw new ServingException(
          FailureKind.INTERNAL,
          "not erased from: %s; all else is erased, ask again to finish"
              .formatted(String.join(", ", missed)));
    }
    return existed;
  }
}
