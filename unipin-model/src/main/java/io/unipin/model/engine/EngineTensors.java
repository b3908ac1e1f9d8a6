package io.unipin.model.engine;

import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.util.List;

/**
 * The sizes and tensors of a model that the native engine reads, in the orders of {@code Shape} and
 * {@code Tensor} in model.hpp.
 */
final class EngineTensors {
  static final List<String> NAMES =
      List.of(
          "token_item",
          "token_action",
          "token_mask",
          "token_first",
          "token_surface",
          "token_gap",
          "candidate_gap",
          "candidate_position",
          "attention_norm",
          "attention_in",
          "attention_out",
          "forward_norm",
          "forward_in",
          "forward_out",
          "query_norm",
          "query_in",
          "query_action",
          "query_surface",
          "query_gap",
          "query_offset",
          "query_direct",
          "query_out",
          "head_norm",
          "head_in",
          "path_out",
          "head_out",
          "head_bias",
          "calibration",
          Program.ACTIVATION_RANGE);

  private static final int MOST_ACTIONS = 64;

  private EngineTensors() {}

  static float[][] of(Weights weights) {
    return NAMES.stream().map(name -> weights.get(name).toArray()).toArray(float[][]::new);
  }

  /**
   * Returns the sizes of a model in the order of {@code Shape} in model.hpp.
   *
   * @param tableRows N + 1 + V, the number of rows of the item table
   * @param places number of positions in a history for which there are rotary embeddings
   */
  static int[] shape(ModelConfig config, int tableRows, int places) {
    if (config.actions().size() > MOST_ACTIONS) {
      throw new IllegalArgumentException(
          "at most %s actions expected, got %s".formatted(MOST_ACTIONS, config.actions().size()));
    }
    return new int[] {
      tableRows,
      config.itemDim(),
      config.contentPath(),
      config.width(),
      config.layers(),
      config.heads(),
      config.kvHeads(),
      config.feedForward(),
      config.gated() ? 1 : 0,
      config.actions().size(),
      config.surfaces().size(),
      GapBuckets.COUNT,
      PagePositions.COUNT,
      TargetOffsets.COUNT,
      places,
      config.window().rows(),
      config.window().globalRows(),
      config.window().layers()
    };
  }
}
