package io.unipin.benchmarks.rival;

import io.unipin.model.features.ModelConfig;

/**
 * Sizes of a rival model for retrieval.
 *
 * @param items number of items
 * @param width width of a row and of an item's embedding
 * @param layers number of blocks
 * @param heads number of heads, which divides the width
 * @param maxHistory largest number of actions that the model reads; it reads the latest actions
 */
record SequenceShape(int items, int width, int layers, int heads, int maxHistory) {
  SequenceShape {
    if (items < 1 || layers < 1 || heads < 1 || maxHistory < 1 || width < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          "sizes from 1 on, and heads that divide the width, expected, got items, width, layers, "
              + "heads and histories of %s, %s, %s, %s and %s"
                  .formatted(items, width, layers, heads, maxHistory));
    }
  }

  /** Returns the sizes of a UniPin model. */
  static SequenceShape of(ModelConfig model) {
    return new SequenceShape(
        model.items(), model.width(), model.layers(), model.heads(), model.maxHistory());
  }
}
