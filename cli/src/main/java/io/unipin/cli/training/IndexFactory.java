package io.unipin.cli.training;

import io.unipin.ann.FactoryCheck;

/** Chooses and checks the factory string of a bundle's index. */
final class IndexFactory {
  /**
   * The number of items below which an exhaustive search is as fast as a graph. The exhaustive
   * search is also exact.
   */
  private static final int SMALL_CATALOGUE = 20_000;

  private static final String EXACT = "exact";

  private IndexFactory() {}

  /** Returns the factory string for a catalogue of this many items. */
  static String of(int items) {
    return items < SMALL_CATALOGUE ? "Flat" : "HNSW32";
  }

  /** Refuses a factory string if no index of this dimension and size can be built from it. */
  static void require(String factory, int dimension, int items) {
    if (!factory.equals(EXACT)) {
      FactoryCheck.require(factory, dimension, items);
    }
  }
}
