package io.unipin.model.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.ModelJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model on disk: {@code config.json}, {@code weights.safetensors} and {@code items.safetensors}.
 * The last file holds the tensor {@code embeddings} (items + 1, itemDim), whose last row is the
 * out-of-vocabulary item. If the model has a content path, the file also holds the tensor {@code
 * paths} (items + 1, contentPath). A trained model also has {@code classes.json}. The folder holds
 * no code.
 *
 * @param weights weights as training wrote them; rows of rarely met classes are not replaced
 * @param paths each item's row of the content path, which bypasses the transformer and leads to the
 *     head of ranking; of width 0 without a content path
 * @param counts class counts of training; null if the model has none
 */
public record ModelFiles(
    ModelConfig config,
    Weights weights,
    FloatTensor items,
    FloatTensor paths,
    @Nullable ClassCounts counts,
    String fingerprint) {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "weights.safetensors";
  private static final String ITEMS = "items.safetensors";
  private static final String EMBEDDINGS = "embeddings";
  private static final String PATHS = "paths";
  private static final String ATTRIBUTES = "attributes";
  private static final String CONTENT_PATH = "contentPath";
  private static final String WINDOW = "window";
  private static final long MAX_CONFIG_BYTES = 1 << 20;

  /** About half of the largest float16 number. */
  private static final float MOST_IN_HALF = 3e4f;

  private static final ObjectMapper JSON = ModelJson.strict();

  public static ModelFiles read(Path directory) {
    return read(directory, 0);
  }

  /**
   * Reads a model. The memory of {@link #items} and {@link #paths} gets room for more rows
   * ({@link FloatTensor#grown}).
   *
   * @param room number of rows for which to leave room
   * @throws ModelException when a file is missing or broken, or the memory is too small
   */
  public static ModelFiles read(Path directory, int room) {
    ModelConfig config = readConfig(directory.resolve(CONFIG));
    Weights weights = Weights.of(config, Safetensors.read(existing(directory.resolve(WEIGHTS))));
    Path table = existing(directory.resolve(ITEMS));
    Map<String, FloatTensor> tables = Safetensors.read(table, Set.of(EMBEDDINGS, PATHS), room);
    FloatTensor items = rows(tables, EMBEDDINGS, config, config.itemDim());
    FloatTensor paths =
        config.contentPath() == 0
            ? FloatTensor.of(new float[0], config.items() + 1L, 0)
            : rows(tables, PATHS, config, config.contentPath());
    requireFinite(WEIGHTS, weights.tensors());
    requireFinite(ITEMS, Map.of(EMBEDDINGS, items, PATHS, paths));
    ClassCounts counts = ClassCounts.read(directory).orElse(null);
    if (counts != null) {
      counts.requireFits(config);
    }
    return new ModelFiles(config, weights, items, paths, counts, fingerprint(directory));
  }

  /**
   * Refuses tensors with which the model would answer NaN. The observed ranges of activations may
   * be infinite: {@link #checkRanges} and {@link #checkHalfRanges} refuse them where they matter.
   */
  private static void requireFinite(String file, Map<String, FloatTensor> tensors) {
    tensors.forEach(
        (name, tensor) -> {
          if (!name.equals(Program.ACTIVATION_RANGE) && !tensor.isFinite()) {
            throw new ModelException(
                "%s: finite numbers expected in tensor %s, got NaN or infinity"
                    .formatted(file, name));
          }
        });
  }

  /** Returns a table (items + 1, width) of the file of items. */
  private static FloatTensor rows(
      Map<String, FloatTensor> tables, String name, ModelConfig config, int width) {
    FloatTensor rows = tables.get(name);
    long[] shape = {config.items() + 1L, width};
    if (rows == null || !Arrays.equals(rows.shape(), shape)) {
      throw new ModelException(
          "%s: tensor %s of shape %s expected, got %s"
              .formatted(
                  ITEMS,
                  name,
                  Arrays.toString(shape),
                  rows == null ? "none" : Arrays.toString(rows.shape())));
    }
    return rows;
  }

  /**
   * Returns the weights with which the model computes. Learned rows replace the rows of classes
   * that training rarely met.
   */
  public Weights learned() {
    return counts == null ? weights : RareClasses.replaced(weights, counts);
  }

  /** Refuses a model whose activations were not observed. */
  public void checkRanges() {
    for (float range : weights.get(Program.ACTIVATION_RANGE).toArray()) {
      if (!(range > 0) || !Float.isFinite(range)) {
        throw new ModelException(
            "precision INT8: the ranges of the activations expected in %s (tensor %s), got %s: train or publish the model again"
                .formatted(WEIGHTS, Program.ACTIVATION_RANGE, range));
      }
    }
  }

  /**
   * Refuses a model with activations that exceed about half of the largest float16 number. A model
   * without observed activations is accepted.
   */
  public void checkHalfRanges() {
    for (float range : weights.get(Program.ACTIVATION_RANGE).toArray()) {
      if (!(range <= MOST_IN_HALF)) {
        throw new ModelException(
            "precision FLOAT16: activations of at most %s expected in %s (tensor %s), got %s: serve the model with precision FLOAT32"
                .formatted(MOST_IN_HALF, WEIGHTS, Program.ACTIVATION_RANGE, range));
      }
    }
  }

  /** Writes a model without a content path. */
  public static void write(
      Path directory, ModelConfig config, Weights weights, float[] embeddings) {
    write(directory, config, weights, embeddings, new float[0]);
  }

  /**
   * Writes a model.
   *
   * @param embeddings (items + 1, itemDim) vectors of all items
   * @param paths (items + 1, contentPath) rows of all items in the content path
   */
  public static void write(
      Path directory, ModelConfig config, Weights weights, float[] embeddings, float[] paths) {
    try {
      Files.createDirectories(directory);
      Files.write(directory.resolve(CONFIG), JSON.writeValueAsBytes(tree(config)));
    } catch (IOException e) {
      throw new ModelException("the model cannot be written", e);
    }
    Safetensors.write(directory.resolve(WEIGHTS), weights.stored(config));
    Map<String, FloatTensor> tables = new LinkedHashMap<>();
    long rows = config.items() + 1L;
    tables.put(EMBEDDINGS, FloatTensor.of(embeddings, rows, config.itemDim()));
    if (config.contentPath() > 0) {
      tables.put(PATHS, FloatTensor.of(paths, rows, config.contentPath()));
    }
    Safetensors.write(directory.resolve(ITEMS), tables);
  }

  /**
   * Returns a configuration as JSON. It names attributes, the path for content and windows only if
   * the model has them. So earlier versions of UniPin can read all models without them.
   */
  private static ObjectNode tree(ModelConfig config) {
    ObjectNode tree = JSON.valueToTree(config);
    if (!config.attributes().reads()) {
      tree.remove(ATTRIBUTES);
    }
    if (config.contentPath() == 0) {
      tree.remove(CONTENT_PATH);
    }
    if (!config.window().limits()) {
      tree.remove(WINDOW);
    }
    return tree;
  }

  private static Path existing(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelException(file.getFileName() + " expected in the model's folder, none found");
    }
    return file;
  }

  public static ModelConfig readConfig(Path file) {
    try {
      long bytes = Files.size(existing(file));
      if (bytes > MAX_CONFIG_BYTES) {
        throw new ModelException(
            "%s: at most %s bytes expected, got %s".formatted(CONFIG, MAX_CONFIG_BYTES, bytes));
      }
      JsonNode tree = JSON.readTree(Files.readAllBytes(file));
      if (!(tree instanceof ObjectNode object)) {
        throw new ModelException(CONFIG + ": a JSON object expected, got " + tree.getNodeType());
      }
      object.putIfAbsent("gated", BooleanNode.FALSE); // models of earlier versions have no gates
      requireOneTokenPerAction(object.remove("interleaved"));
      object.putIfAbsent(ATTRIBUTES, JSON.valueToTree(AttributeConfig.NONE));
      object.putIfAbsent(CONTENT_PATH, IntNode.valueOf(0));
      object.putIfAbsent(WINDOW, JSON.valueToTree(AttentionWindow.NONE));
      return JSON.treeToValue(object, ModelConfig.class);
    } catch (JsonProcessingException e) {
      throw new ModelException(CONFIG + ": " + ModelJson.reason(e), e);
    } catch (IOException e) {
      throw new ModelException(CONFIG + ": cannot be read", e);
    }
  }

  /** Refuses a model of an earlier version with two tokens per action. */
  private static void requireOneTokenPerAction(@Nullable JsonNode interleaved) {
    if (interleaved != null && !interleaved.equals(BooleanNode.FALSE)) {
      throw new ModelException(
          "%s: a model with one token per action expected, got interleaved %s: train it again"
              .formatted(CONFIG, ModelJson.shown(interleaved)));
    }
  }

  /**
   * Returns a checksum of a model's files and of the code that serves them. Models with equal
   * fingerprints give the same answers.
   */
  public static String fingerprint(Path directory) {
    return fingerprint(directory, Program.servingCode());
  }

  static String fingerprint(Path directory, String servingCode) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(servingCode.getBytes(StandardCharsets.UTF_8));
      for (String name : new String[] {CONFIG, WEIGHTS, ITEMS, ClassCounts.FILE}) {
        if (name.equals(ClassCounts.FILE) && !Files.exists(directory.resolve(name))) {
          continue; // a model without counts is served with its rows unchanged
        }
        try (InputStream in =
            new DigestInputStream(Files.newInputStream(directory.resolve(name)), digest)) {
          in.transferTo(java.io.OutputStream.nullOutputStream());
        }
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new ModelException("the model's files cannot be read", e);
    }
  }
}
