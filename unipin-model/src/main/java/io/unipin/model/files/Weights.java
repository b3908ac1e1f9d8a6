package io.unipin.model.files;

import static java.util.Objects.requireNonNull;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** All tensors of a program, in the shapes that a configuration gives them. Immutable. */
public final class Weights {
  private static final String ATTENTION_IN = "attention_in";
  private static final String QUERY_DIRECT = "query_direct";
  private static final String TOKEN_ITEM = "token_item";

  private static final Set<String> ZEROS =
      Set.of("head_bias", Program.ACTIVATION_RANGE, Program.ITEM_ATTRIBUTE, Program.PATH_OUT);

  /**
   * Matrices whose input has about unit length. With elements of variance 1, their output has about
   * unit variance.
   */
  private static final Set<String> OF_UNIT_LENGTH = Set.of(TOKEN_ITEM, Program.PATH_IN);

  private static final List<String> SMALL =
      List.of("attention_out", "forward_out", "item_out", "query_out");

  private static final List<String> SMALL_TABLES =
      List.of("_gap", "_surface", "_position", "_offset");

  /**
   * Euclidean length of a random id embedding if items have content or attributes. Longer random
   * embeddings would outweigh content and attributes.
   */
  private static final double ID_BESIDE_CONTENT = 0.1;

  private final Map<String, FloatTensor> tensors;

  private Weights(Map<String, FloatTensor> tensors) {
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Checks tensors against a configuration.
   *
   * @throws ModelException when a tensor is missing, unknown or has another shape
   */
  public static Weights of(ModelConfig config, Map<String, FloatTensor> tensors) {
    Map<String, long[]> shapes = Program.shapes(config);
    Map<String, FloatTensor> ordered = new LinkedHashMap<>();
    for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
      FloatTensor tensor = tensors.get(entry.getKey());
      if (tensor == null && mayLack(config, entry.getKey())) {
        long[] shape = entry.getValue();
        tensor = FloatTensor.of(new float[Math.toIntExact(FloatTensor.count(shape))], shape);
      }
      if (tensor == null) {
        throw new ModelException(
            "weights: tensor %s expected, none found".formatted(entry.getKey()));
      }
      if (!Arrays.equals(tensor.shape(), entry.getValue())) {
        throw new ModelException(
            "weights: tensor %s of shape %s expected, got %s"
                .formatted(
                    entry.getKey(),
                    Arrays.toString(entry.getValue()),
                    Arrays.toString(tensor.shape())));
      }
      ordered.put(entry.getKey(), tensor);
    }
    for (String name : tensors.keySet()) {
      if (!shapes.containsKey(name)) {
        throw new ModelException("weights: tensor %s is not part of the program".formatted(name));
      }
    }
    return new Weights(ordered);
  }

  private static boolean mayLack(ModelConfig config, String tensor) {
    return Program.LATER.contains(tensor) || !Program.isUsed(tensor, config);
  }

  /** Returns the tensors that a model's file holds, in the program's order. */
  public Map<String, FloatTensor> stored(ModelConfig config) {
    Map<String, FloatTensor> stored = new LinkedHashMap<>(tensors);
    stored.keySet().removeIf(name -> !Program.isUsed(name, config));
    return stored;
  }

  /**
   * Returns untrained weights. Id embeddings have about unit length, or a tenth of it if items have
   * content or attributes. Elements of matrices are normal with variance 1 / fan-in; matrices whose
   * output is added to a residual are divided by {@code sqrt(2 layers)}. Norms are ones. The logit
   * scale is {@code ln 20}, which is a temperature of 0.05. The rows of attributes and the last
   * matrix of the content path are zeros. A model therefore begins like a model without attributes
   * and without a content path.
   *
   * <p>One matrix maps a state directly to a query. It starts as the transpose of the matrix that
   * maps an item to its token. A query therefore starts near the item of the last action, as in
   * models that use one item table for input and output.
   */
  public static Weights random(ModelConfig config, long seed) {
    Random random = new Random(seed);
    // A separate generator serves the tensors that a model may lack. The other tensors then get the
    // same numbers in models with and without these tensors.
    Random others = new Random(~seed);
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, long[]> entry : Program.shapes(config).entrySet()) {
      String name = entry.getKey();
      long[] shape = entry.getValue();
      int bytes = Math.toIntExact(FloatTensor.count(shape) * Float.BYTES);
      ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      Random numbers = name.equals(Program.PATH_IN) ? others : random;
      fill(buffer.asFloatBuffer(), name, shape, config, numbers);
      tensors.put(name, new FloatTensor(shape, buffer));
    }
    // The random numbers of this tensor are drawn and then replaced. A seed then gives the other
    // tensors the same numbers as in a program that does not replace this tensor.
    tensors.put(QUERY_DIRECT, transposed(requireNonNull(tensors.get(TOKEN_ITEM))));
    return of(config, tensors);
  }

  private static void fill(
      FloatBuffer out, String name, long[] shape, ModelConfig config, Random random) {
    if (name.endsWith("_norm")) {
      constant(out, 1);
    } else if (name.equals("logit_scale")) {
      constant(out, (float) Math.log(20));
    } else if (ZEROS.contains(name)) {
      constant(out, 0);
    } else if (name.equals("calibration")) {
      for (int i = 0; out.hasRemaining(); i++) {
        out.put(i < config.actions().size() ? 1 : 0);
      }
    } else {
      double scale = scale(name, shape, config);
      while (out.hasRemaining()) {
        out.put((float) (random.nextGaussian() * scale));
      }
    }
  }

  private static double scale(String name, long[] shape, ModelConfig config) {
    if (name.equals(Program.ITEM_ID)) {
      double length = config.describesItems() ? ID_BESIDE_CONTENT : 1;
      return length / Math.sqrt(config.itemDim());
    }
    if (OF_UNIT_LENGTH.contains(name)) {
      return 1;
    }
    if (name.startsWith("token_") || SMALL_TABLES.stream().anyMatch(name::endsWith)) {
      return 0.1;
    }
    double fanIn = name.equals("query_action") ? 100 : shape[shape.length - 1];
    double scale = 1 / Math.sqrt(fanIn);
    return SMALL.contains(name) ? scale / Math.sqrt(2.0 * config.layers()) : scale;
  }

  /** Returns the transpose (e, d) of a matrix (d, e), divided by {@code sqrt(d)}. */
  private static FloatTensor transposed(FloatTensor matrix) {
    int rows = Math.toIntExact(matrix.shape()[0]);
    int columns = Math.toIntExact(matrix.shape()[1]);
    float[] in = matrix.toArray();
    float[] out = new float[in.length];
    float scale = (float) (1 / Math.sqrt(rows));
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        out[j * rows + i] = scale * in[i * columns + j];
      }
    }
    return FloatTensor.of(out, columns, rows);
  }

  private static void constant(FloatBuffer out, float value) {
    while (out.hasRemaining()) {
      out.put(value);
    }
  }

  /** Returns a tensor of the program. */
  public FloatTensor get(String name) {
    FloatTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return tensor;
  }

  /**
   * Returns a copy in which the weights of each layer's queries equal the weights of the layer's
   * keys. A row then attends to similar rows from the first step on. Source: Trockman and Kolter,
   * Mimetic initialization of self-attention layers, ICML 2023.
   */
  public Weights withQueriesAsKeys(ModelConfig config) {
    FloatTensor attention = get(ATTENTION_IN);
    float[] values = attention.toArray();
    int head = config.headDim() * config.width();
    int layer = values.length / config.layers();
    int group = config.heads() / config.kvHeads();
    for (int l = 0; l < config.layers(); l++) {
      int keys = l * layer + config.heads() * head;
      for (int h = 0; h < config.heads(); h++) {
        System.arraycopy(values, keys + h / group * head, values, l * layer + h * head, head);
      }
    }
    return with(ATTENTION_IN, FloatTensor.of(values, attention.shape()));
  }

  /**
   * Returns these weights with zeros as the id rows of some items.
   *
   * @param chosen (items) whether an item loses its id row
   */
  public Weights withoutIds(boolean[] chosen) {
    FloatTensor ids = get(Program.ITEM_ID);
    float[] rows = ids.toArray();
    int dim = Math.toIntExact(ids.shape()[1]);
    for (int item = 0; item < chosen.length; item++) {
      if (chosen[item]) {
        Arrays.fill(rows, item * dim, (item + 1) * dim, 0);
      }
    }
    return with(Map.of(Program.ITEM_ID, FloatTensor.of(rows, ids.shape())));
  }

  /**
   * Returns for each id row whether it holds more than zeros, in the order of the table. The last
   * row belongs to the out-of-vocabulary item.
   */
  public boolean[] haveIds() {
    FloatTensor ids = get(Program.ITEM_ID);
    float[] rows = ids.toArray();
    int dim = Math.toIntExact(ids.shape()[1]);
    boolean[] have = new boolean[rows.length / dim];
    for (int i = 0; i < rows.length; i++) {
      have[i / dim] |= rows[i] != 0;
    }
    return have;
  }

  /** Returns a copy with one tensor replaced by another of its shape. */
  public Weights with(String name, FloatTensor tensor) {
    Map<String, FloatTensor> changed = new LinkedHashMap<>();
    tensors.forEach((each, old) -> changed.put(each, FloatTensor.of(old.toArray(), old.shape())));
    if (!Arrays.equals(get(name).shape(), tensor.shape())) {
      throw new IllegalArgumentException(
          "%s: shape %s expected, got %s"
              .formatted(
                  name, Arrays.toString(get(name).shape()), Arrays.toString(tensor.shape())));
    }
    changed.put(name, tensor);
    return new Weights(changed);
  }

  /**
   * Returns a copy in which some tensors are replaced by others of the same shapes. The remaining
   * tensors are shared.
   */
  public Weights with(Map<String, FloatTensor> others) {
    Map<String, FloatTensor> changed = new LinkedHashMap<>(tensors);
    changed.putAll(others);
    return new Weights(changed);
  }

  /** Returns the tensors by name, in the program's order. */
  public Map<String, FloatTensor> tensors() {
    return tensors;
  }
}
