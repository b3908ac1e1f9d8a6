package io.unipin.serving.user;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.LogRewrite;
import java.util.List;

/**
 * The result of an erasure.
 *
 * @param existed whether any store held data of the user
 * @param missed names of the stores that could not be reached
 * @param replicas answers of the replicas of the fleet
 * @param rewrite whether the files of the history store are rewritten
 */
public record Erasure(
    boolean existed, List<String> missed, ErasureSpread.Answers replicas, LogRewrite rewrite) {
  public Erasure {
    missed = List.copyOf(missed);
  }

  /** Creates the result of an erasure on one server. */
  public Erasure(boolean existed, List<String> missed) {
    this(existed, missed, ErasureSpread.Answers.none(existed), LogRewrite.NONE);
  }

  /**
   * Returns this result. Requires that the erasure reached every store.
   *
   * @throws ServingException when a store was not reached; the message names these stores
   */
  public Erasure whole() {
    if (!missed.isEmpty()) {
      throw new ServingException(
          FailureKind.INTERNAL,
          "not erased from: %s; all else is erased, ask again to finish"
              .formatted(String.join(", ", missed)));
    }
    return this;
  }

  /**
   * Returns whether any store held data of the user. Requires that the erasure reached every store.
   *
   * @throws ServingException when a store was not reached; the message names these stores
   */
  public boolean complete() {
    return whole().existed();
  }
}
