package io.unipin.model.engine;

import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.util.List;

/** The tensors that the native engine reads, in the order of {@code Tensor} in model.hpp. */
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

  private EngineTensors() {}

  static float[][] of(Weights weights) {
    return NAMES.stream().map(name -> weights.get(name).toArray()).toArray(float[][]::new);
  }
}
