package io.unipin.cli.training;

import io.unipin.ann.FactoryCheck;

/** Checks the factory string of a bundle's index. */
final class IndexFactory {
  private static final String EXACT = "exact";

  private IndexFactory() {}

  /** Refuses a factory string if no index of this dimension and size can be built from it. */
  static void require(String factory, int dimension, int items) {
    if (!factory.equals(EXACT)) {
      FactoryCheck.require(factory, dimension, items);
    }
  }
}
