package io.unipin.benchmarks.gpu;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.Program;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The shapes of the models that are timed on a card. They are too large for a pack, so the pack has
 * only the shapes of their tensors. {@code gpu/check} gives random tensors of these shapes to a
 * small archive of the pack.
 */
final class TimedShapes {
  private TimedShapes() {}

  /** Returns the timed configurations by name. */
  private static Map<String, ModelConfig> all() {
    Map<String, ModelConfig> shapes = new LinkedHashMap<>();
    // A shape for comparisons of answers, larger than the models of the pack.
    shapes.put("middle", shape(1_000, 0, 256, 4, 4, false, 1024));
    // The size that the UniPinRec paper times.
    shapes.put("paper", shape(10_000, 0, 768, 12, 12, false, 3072));
    // The size of the published figures on processors.
    shapes.put("small", shape(10_000, 0, 256, 4, 4, false, 1024));
    // Eight layers of width 1024, timed with long histories.
    shapes.put("wide", shape(10_000, 0, 1024, 8, 8, false, 4096));
    // The shape of the recipe for MovieLens-1M, with the number of items of MovieLens-1M.
    shapes.put("ml-1m", shape(3_706, 18, 128, 3, 4, true, 256));
    return shapes;
  }

  private static ModelConfig shape(
      int items, int content, int width, int layers, int heads, boolean gated, int feedForward) {
    return new ModelConfig(
        items,
        content,
        128,
        width,
        layers,
        heads,
        heads,
        feedForward,
        gated,
        200,
        List.of("click", "save", "hide"),
        List.of("click", "save"),
        List.of("home"),
        AttributeConfig.NONE,
        0,
        AttentionWindow.NONE);
  }

  /** Adds the configurations, with the shapes of their tensors. */
  static void describe(ObjectNode out) {
    all()
        .forEach(
            (name, config) -> {
              ObjectNode shape = out.putObject(name);
              GpuPack.config(shape.putObject("config"), config);
              ObjectNode tensors = shape.putObject("tensors");
              Program.shapes(config)
                  .forEach(
                      (tensor, dimensions) -> {
                        ArrayNode sizes = tensors.putArray(tensor);
                        Arrays.stream(dimensions).forEach(sizes::add);
                      });
            });
  }
}
