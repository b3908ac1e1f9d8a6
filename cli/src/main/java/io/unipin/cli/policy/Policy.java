package io.unipin.cli.policy;

import io.unipin.serving.log.ServedChoice;
import java.util.Optional;

/**
 * A rule that could have chosen the items of the explored positions of served pages. Thread-safe.
 */
public interface Policy {
  /** Returns a short name for tables. */
  String name();

  /**
   * Returns the probability with which the policy would have shown the item that was shown. Empty
   * if the policy could have shown an item that the logged draw could not show. In this case no
   * estimate is possible.
   */
  Optional<Double> probability(ServedChoice choice);
}
