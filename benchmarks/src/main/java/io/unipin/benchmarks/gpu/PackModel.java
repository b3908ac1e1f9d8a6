package io.unipin.benchmarks.gpu;

import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One small model of the pack, with random weights and items.
 *
 * @param content (items + 1, contentDim) content of all items, then of the out-of-vocabulary item
 * @param attributes attributes of all items, then of the out-of-vocabulary item
 */
record PackModel(
    String name,
    ModelConfig config,
    Weights weights,
    float[] content,
    AttributeBags attributes,
    long seed) {
  private static final int ITEMS = 60;
  private static final int CONTENT = 3;
  private static final int BUCKETS = 23;
  private static final int LAYERS = 3;
  private static final int HEADS = 4;

  /** Width of a head. CUDA's attention kernels require a multiple of 8. */
  static final int HEAD_DIM = 16;

  /**
   * Returns one model for each kind of layer and each kind of item for which the program has
   * different code.
   */
  static List<PackModel> all() {
    ModelConfig described =
        shape(2, false)
            .withAttributes(new AttributeConfig(BUCKETS, List.of("attributes")))
            .withContentPath(5);
    return List.of(
        of("plain", shape(HEADS, false), 1),
        of("grouped", shape(2, false), 2),
        of("gated", shape(HEADS, true), 3),
        of("described", described, 4));
  }

  private static ModelConfig shape(int kvHeads, boolean gated) {
    return new ModelConfig(
        ITEMS,
        CONTENT,
        HEAD_DIM,
        HEADS * HEAD_DIM,
        LAYERS,
        HEADS,
        kvHeads,
        96,
        gated,
        64,
        List.of("click", "save", "hide"),
        List.of("click", "save"),
        List.of("home", "related"),
        AttributeConfig.NONE,
        0,
        AttentionWindow.NONE);
  }

  private static PackModel of(String name, ModelConfig config, long seed) {
    Random random = new Random(seed);
    float[] content = new float[(ITEMS + 1) * CONTENT];
    for (int i = 0; i < ITEMS * CONTENT; i++) {
      content[i] = (float) random.nextGaussian();
    }
    AttributeBags attributes =
        config.attributes().reads()
            ? AttributeBags.of(
                ITEMS + 1,
                item ->
                    item == ITEMS
                        ? new int[0]
                        : random.ints(random.nextInt(5), 0, BUCKETS).sorted().toArray())
            : AttributeBags.none(ITEMS + 1);
    return new PackModel(name, config, learned(config, seed), content, attributes, seed);
  }

  /**
   * Returns random weights. Tensors that are all ones or zeros before training become random, too.
   * A method that wrongly leaves out such a tensor then gives a different answer.
   */
  private static Weights learned(ModelConfig config, long seed) {
    Weights weights = Weights.random(config, seed);
    Random random = new Random(~seed);
    Map<String, FloatTensor> changed = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (isUniform(tensor) && !name.equals("activation_range")) {
                float[] values = tensor.toArray();
                for (int i = 0; i < values.length; i++) {
                  values[i] += (float) random.nextGaussian() * 0.2f;
                }
                changed.put(name, FloatTensor.of(values, tensor.shape()));
              }
            });
    return weights.with(changed);
  }

  /** Whether all elements of a tensor are 0 or 1. */
  private static boolean isUniform(FloatTensor tensor) {
    for (float value : tensor.toArray()) {
      if (value != 0 && value != 1) {
        return false;
      }
    }
    return tensor.count() > 0;
  }
}
