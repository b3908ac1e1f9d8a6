package io.unipin.serving.user;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.util.List;

/**
 * The result of an erasure.
 *
 * @param existed whether any store held data of the user
 * @param missed names of the stores that could not be reached
 */
public record Erasure(boolean existed, List<String> missed) {
  public Erasure {
    missed = List.copyOf(missed);
  }

  /**
   * Returns whether any store held data of the user. Requires that the erasure reached every store.
   *
   * @throws ServingException when a store was not reached; the message names these stores
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
