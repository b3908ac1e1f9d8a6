package io.unipin.model.files;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Creates initial weights from an earlier model of the same shape. The earlier model may have fewer
 * items, actions and surfaces. Rows that the earlier model lacks start at random; rows of items that
 * the new catalogue lacks are left out. Calibration and
 * activation ranges are not taken over.
 */
public final class WarmWeights {
  private static final List<String> NEW = List.of("calibration", Program.ACTIVATION_RANGE);

  private WarmWeights() {}

  /**
   * Returns initial weights for a model.
   *
   * @param oldRows (items) row of each item in the earlier model, or -1 for a new item
   * @throws ModelException when the earlier model has another shape
   */
  public static Weights of(ModelConfig config, long seed, Path earlier, int[] oldRows) {
    ModelFiles files = ModelFiles.read(earlier);
    requireSameShape(config, files.config());
    Weights weights = Weights.random(config, seed);
    for (Map.Entry<String, FloatTensor> entry : files.weights().tensors().entrySet()) {
      String name = entry.getKey();
      if (NEW.contains(name)) {
        continue;
      }
      float[] values = weights.get(name).toArray();
      float[] old = entry.getValue().toArray();
      if (name.equals(Program.ITEM_ID)) {
        copyItems(values, old, oldRows, config.itemDim());
      } else {
        System.arraycopy(old, 0, values, 0, old.length); // the earlier rows come first
      }
      weights = weights.with(name, FloatTensor.of(values, weights.get(name).shape()));
    }
    return weights;
  }

  private static void copyItems(float[] into, float[] old, int[] oldRows, int dim) {
    for (int row = 0; row < oldRows.length; row++) {
      if (oldRows[row] >= 0) {
        System.arraycopy(old, oldRows[row] * dim, into, row * dim, dim);
      }
    }
    // The last row of both tables is the out-of-vocabulary item.
    System.arraycopy(old, old.length - dim, into, into.length - dim, dim);
  }

  public static void requireSameShape(ModelConfig config, ModelConfig earlier) {
    ModelConfig alike =
        new ModelConfig(
            config.items(),
            earlier.contentDim(),
            earlier.itemDim(),
            earlier.width(),
            earlier.layers(),
            earlier.heads(),
            earlier.kvHeads(),
            earlier.feedForward(),
            earlier.gated(),
            config.maxHistory(),
            config.actions(),
            config.positives(),
            config.surfaces(),
            earlier.attributes(),
            earlier.contentPath(),
            config.window());
    if (!alike.equals(config)) {
      Map<String, Object> expected = shape(earlier);
      Map<String, Object> got = shape(config);
      expected.entrySet().removeIf(size -> got.remove(size.getKey(), size.getValue()));
      throw new ModelException(
          "warm start: the shape of the earlier model expected, %s, got %s"
              .formatted(text(expected), text(got)));
    }
    requireBeginning("actions", earlier.actions(), config.actions());
    requireBeginning("surfaces", earlier.surfaces(), config.surfaces());
  }

  private static Map<String, Object> shape(ModelConfig config) {
    Map<String, Object> shape = new LinkedHashMap<>();
    shape.put("content", config.contentDim());
    shape.put("itemDim", config.itemDim());
    shape.put("width", config.width());
    shape.put("layers", config.layers());
    shape.put("heads", config.heads());
    shape.put("kvHeads", config.kvHeads());
    shape.put("feedForward", config.feedForward());
    shape.put("gated", config.gated());
    shape.put("attributes", config.attributes().buckets() + " of " + config.attributes().columns());
    shape.put("contentPath", config.contentPath());
    return shape;
  }

  private static String text(Map<String, Object> sizes) {
    return sizes.entrySet().stream()
        .map(size -> size.getKey() + " " + size.getValue())
        .collect(Collectors.joining(", "));
  }

  private static void requireBeginning(String what, List<String> earlier, List<String> now) {
    if (now.size() < earlier.size() || !now.subList(0, earlier.size()).equals(earlier)) {
      throw new ModelException(
          "warm start: %s that begin with the earlier model's %s expected, got %s"
              .formatted(what, earlier, now));
    }
  }
}
