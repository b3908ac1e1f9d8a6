package io.unipin.train.recipe;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.model.features.ModelConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A recipe: what to train and how. Read from YAML over the defaults of {@code defaults.yaml}, where
 * every setting is explained. Immutable.
 */
public record TrainConfig(
    ModelShape model, TrainingSettings training, EvaluationSettings evaluation) {
  /** Maps with a key for every action type that a recipe wants to name. */
  private static final List<String> BY_ACTION =
      List.of("training.actionWeights", "training.maskedWeights");

  private static final YAMLMapper STRICT =
      YAMLMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /** The default recipe. */
  public static TrainConfig defaults() {
    return bind(defaultTree(), pointer -> "");
  }

  /**
   * A recipe from a file.
   *
   * @throws TrainException naming line and column of a setting that is unknown or of a wrong type
   */
  public static TrainConfig read(Path yaml) {
    String name = String.valueOf(yaml.getFileName());
    ObjectNode tree = defaultTree();
    byte[] text;
    JsonNode own;
    try {
      text = Files.readAllBytes(yaml);
      own = STRICT.readTree(text);
    } catch (JsonProcessingException e) {
      throw new TrainException(place(name, e.getLocation()) + firstLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new TrainException(name + ": cannot be read", e);
    }
    if (own.isMissingNode() || own.isNull()) {
      return defaults();
    }
    if (!own.isObject()) {
      throw new TrainException(name + ": sections model, training and evaluation expected");
    }
    merge(tree, own, "", pointer -> place(name, locate(text, pointer)));
    return bind(tree, pointer -> place(name, locate(text, pointer)));
  }

  /**
   * This recipe with one setting changed, named by its path, such as {@code training.epochs}; of a
   * section only what the value names.
   */
  public TrainConfig with(String path, String value) {
    ObjectNode tree = STRICT.valueToTree(this);
    int dot = path.lastIndexOf('.');
    JsonNode parent = dot < 0 ? tree : tree.at("/" + path.substring(0, dot).replace('.', '/'));
    String field = path.substring(dot + 1);
    boolean byAction = dot >= 0 && BY_ACTION.contains(path.substring(0, dot));
    if (!(parent instanceof ObjectNode object) || (!object.has(field) && !byAction)) {
      throw new TrainException(
          "no setting %s in a recipe; settings are %s".formatted(path, defaultTree()));
    }
    try {
      JsonNode read = STRICT.readTree(value);
      if (object.get(field) instanceof ObjectNode section && read.isObject()) {
        merge(section, read, "/" + path.replace('.', '/'), pointer -> "");
      } else {
        object.set(field, read);
      }
    } catch (JsonProcessingException e) {
      throw new TrainException("%s: a YAML value expected, got %s".formatted(path, value), e);
    }
    return bind(tree, pointer -> "");
  }

  /** Writes all settings as a recipe that {@link #read} takes. */
  public void write(Path yaml) throws IOException {
    STRICT.writeValue(yaml.toFile(), this);
  }

  /** The model that this recipe trains on a feed log. */
  public ModelConfig modelConfig(FeedLog log) {
    return modelConfig(log.catalogue().size(), log.catalogue().contentDim(), log.schema());
  }

  public ModelConfig modelConfig(int items, int contentDim, FeedSchema schema) {
    return new ModelConfig(
        items,
        contentDim,
        model.itemDim(),
        model.width(),
        model.layers(),
        model.heads(),
        model.kvHeads(),
        model.feedForward(),
        model.gated(),
        model.interleaved(),
        model.maxHistory(),
        schema.actions(),
        schema.positives(),
        schema.surfaces());
  }

  private static void merge(
      ObjectNode into, JsonNode own, String path, UnaryOperator<String> place) {
    own.properties()
        .forEach(
            entry -> {
              String pointer = path + "/" + entry.getKey();
              JsonNode old = into.get(entry.getKey());
              if (old == null && !BY_ACTION.contains(dotted(path))) {
                throw new TrainException(
                    "%sno setting %s in a recipe".formatted(place.apply(pointer), dotted(pointer)));
              }
              if (old instanceof ObjectNode section && entry.getValue().isObject()) {
                merge(section, entry.getValue(), pointer, place);
              } else if (entry.getValue().isNull() && !(old instanceof ObjectNode)) {
                throw new TrainException(
                    "%s%s: a value expected, got none"
                        .formatted(place.apply(pointer), dotted(pointer)));
              } else if (!entry.getValue().isNull()) { // of an empty section all defaults stand
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

  private static TrainConfig bind(JsonNode tree, UnaryOperator<String> place) {
    try {
      return STRICT.treeToValue(tree, TrainConfig.class);
    } catch (ValueInstantiationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new TrainException(place.apply(pointer(e)) + firstLine(cause.getMessage()), e);
    } catch (JsonMappingException e) {
      String message = "%s: %s".formatted(dotted(pointer(e)), firstLine(e.getOriginalMessage()));
      throw new TrainException(place.apply(pointer(e)) + message, e);
    } catch (JsonProcessingException e) {
      throw new TrainException(firstLine(e.getOriginalMessage()), e);
    }
  }

  private static String pointer(JsonMappingException e) {
    return e.getPath().stream().map(r -> "/" + r.getFieldName()).collect(Collectors.joining());
  }

  private static String dotted(String pointer) {
    return pointer.isEmpty() ? "the recipe" : pointer.substring(1).replace('/', '.');
  }

  /** Where a text names the setting of a pointer; null when it does not. */
  private static @Nullable JsonLocation locate(byte[] text, String pointer) {
    try (JsonParser parser = STRICT.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME
            && parser.getParsingContext().pathAsPointer().toString().equals(pointer)) {
          return parser.currentTokenLocation();
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it was parsed before
    }
  }

  private static String place(String name, @Nullable JsonLocation location) {
    return location == null
        ? name + ": "
        : "%s, line %s, column %s: ".formatted(name, location.getLineNr(), location.getColumnNr());
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : message.lines().findFirst().orElse("");
  }
}
