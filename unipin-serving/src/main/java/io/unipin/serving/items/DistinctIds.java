package io.unipin.serving.items;

import io.unipin.serving.failure.ServingException;
import java.util.HashSet;
import java.util.Set;

/** Checks that a call names each item once. */
public final class DistinctIds {
  private DistinctIds() {}

  /**
   * Checks that the given ids are distinct, and returns them.
   *
   * @throws ServingException INVALID when an id occurs twice
   */
  public static long[] require(String field, long[] ids) {
    Set<Long> seen = new HashSet<>();
    for (long id : ids) {
      if (!seen.add(id)) {
        throw ServingException.invalid(field, "every item once expected, got " + id + " again");
      }
    }
    return ids;
  }
}
