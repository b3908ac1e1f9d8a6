package io.unipin.train;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.unipin.data.FeedLog;
import io.unipin.model.ModelConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A recipe: what to train and how. Read from YAML over the defaults of {@code defaults.yaml}, where every setting is
 * explained. Immutable.
 */
public record TrainConfig(
    ModelShape model, TrainingSettings training, EvaluationSettings evaluation) {
  private static final YAMLMapper STRICT =
      YAMLMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /** The default recipe. */
  public static TrainConfig defaults() {
    return bind(defaultTree(), "the default recipe");
  }

  /**
   * A recipe from a file.
   *
   * @throws TrainException naming line and column of a setting that is unknown or of a wrong type
   */
  public static TrainConfig read(Path yaml) {
    String name = String.valueOf(yaml.getFileName());
    ObjectNode tree = defaultTree();
    try {
      JsonNode own = STRICT.readTree(Files.readAllBytes(yaml));
      if (own.isMissingNode() || own.isNull()) {
        return defaults();
      }
      checkNames(yaml, name);
      merge(tree, own, "");
    } catch (JsonProcessingException e) {
      throw new TrainException(describe(name, e), e);
    } catch (IOException e) {
      throw new TrainException(name + ": cannot be read", e);
    }
    return bind(tree, name);
  }

  /** This recipe with one setting changed, named by its path, such as {@code training.epochs}. */
  public TrainConfig with(String path, String value) {
    ObjectNode tree = STRICT.valueToTree(this);
    int dot = path.lastIndexOf('.');
    JsonNode parent = dot < 0 ? tree : tree.at("/" + path.substring(0, dot).replace('.', '/'));
    String field = path.substring(dot + 1);
    if (!(parent instanceof ObjectNode object)
        || (!object.has(field) && !path.contains("actionWeights."))) {
      throw new TrainException(
          "no setting %s in a recipe; settings are %s".formatted(path, defaultTree()));
    }
    try {
      object.set(field, STRICT.readTree(value));
    } catch (JsonProcessingException e) {
      throw new TrainException("%s: a YAML value expected, got %s".formatted(path, value), e);
    }
    return bind(tree, path);
  }

  /** The model that this recipe trains on a feed log. */
  ModelConfig modelConfig(FeedLog log) {
    return new ModelConfig(
        log.catalogue().size(),
        log.catalogue().contentDim(),
        model.itemDim(),
        model.width(),
        model.layers(),
        model.heads(),
        model.kvHeads(),
        model.feedForward(),
        model.maxHistory(),
        log.schema().actions(),
        log.schema().positives(),
        log.schema().surfaces());
  }

  /** Binds the user's own text once for its positions: unknown names and wrong types, not what is missing. */
  private static void checkNames(Path yaml, String name) throws IOException {
    try {
      STRICT
          .readerFor(TrainConfig.class)
          .without(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .readValue(Files.readAllBytes(yaml));
    } catch (ValueInstantiationException e) {
      return; // a section that lacks values; with the defaults it is complete, and checked again
    } catch (JsonProcessingException e) {
      throw new TrainException(describe(name, e), e);
    }
  }

  private static void merge(ObjectNode into, JsonNode own, String path) {
    own.properties()
        .forEach(
            entry -> {
              JsonNode old = into.get(entry.getKey());
              boolean open = path.endsWith("actionWeights");
              if (old == null && !open) {
                throw new TrainException(
                    "no setting %s in a recipe".formatted(path + "." + entry.getKey()));
              }
              if (old instanceof ObjectNode section && entry.getValue().isObject()) {
                merge(
                    section,
                    entry.getValue(),
                    path.isEmpty() ? entry.getKey() : path + "." + entry.getKey());
              } else {
                into.set(entry.getKey(), entry.getValue());
              }
            });
  }

  private static ObjectNode defaultTree() {
    try (InputStream in = TrainConfig.class.getResourceAsStream("defaults.yaml")) {
      return (ObjectNode) STRICT.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TrainConfig bind(JsonNode tree, String name) {
    try {
      return STRICT.treeToValue(tree, TrainConfig.class);
    } catch (JsonProcessingException e) {
      throw new TrainException(describe(name, e), e);
    }
  }

  private static String describe(String name, JsonProcessingException e) {
    JsonLocation location = e.getLocation();
    String where =
        location == null || location.getLineNr() < 1
            ? ""
            : ", line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    Throwable cause =
        e instanceof ValueInstantiationException && e.getCause() != null ? e.getCause() : e;
    String message = cause == e ? e.getOriginalMessage() : String.valueOf(cause.getMessage());
    return "%s%s: %s".formatted(name, where, message.lines().findFirst().orElse(""));
  }
}
