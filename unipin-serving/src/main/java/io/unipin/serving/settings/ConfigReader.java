package io.unipin.serving.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.unipin.serving.experiment.ExperimentDefaults;
import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link ServerConfig}: defaults, then a YAML file, then the environment ({@code UNIPIN_SERVER_PORT}), then
 * {@code key=value} overrides. Unknown keys are refused; an error says where its value came from. One thread.
 */
public final class ConfigReader {
  private static final String DEFAULTS = "server-defaults.yaml";
  private static final int MAX_SHOWN = 200;

  private static final ObjectMapper MAPPER =
      YAMLMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .addModule(new SimpleModule().addDeserializer(Duration.class, new DurationReader()))
          .build();

  /** Parsed once; never changed. */
  private static final ObjectNode DEFAULT_TREE = defaultTree();

  private final ObjectNode tree = DEFAULT_TREE.deepCopy();

  /** Where a value came from, by the path of its key. */
  private final Map<String, String> origins = new HashMap<>();

  private ConfigReader() {}

  private static ObjectNode defaultTree() {
    try (InputStream stream =
        Objects.requireNonNull(ConfigReader.class.getResourceAsStream(DEFAULTS), DEFAULTS)) {
      return (ObjectNode) MAPPER.readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static ServerConfig defaults() {
    return new ConfigReader().bind();
  }

  /** Without a file. */
  public static ServerConfig read(Map<String, String> environment, List<String> overrides) {
    ConfigReader reader = new ConfigReader();
    reader.mergeEnvironment(environment);
    reader.mergeOverrides(overrides);
    return reader.bind();
  }

  public static ServerConfig read(
      Path file, Map<String, String> environment, List<String> overrides) {
    ConfigReader reader = new ConfigReader();
    reader.mergeFile(file);
    reader.mergeEnvironment(environment);
    reader.mergeOverrides(overrides);
    return reader.bind();
  }

  private void mergeFile(Path file) {
    String name = String.valueOf(file.getFileName());
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      JsonNode node = MAPPER.readTree(text);
      if (node.isMissingNode() || node.isNull()) {
        return;
      }
      if (!(node instanceof ObjectNode values)) {
        throw new ConfigException(name + ":1:1: keys such as 'server:' expected");
      }
      locate(name, text);
      merge(tree, values, "", name);
    } catch (JsonProcessingException e) {
      throw new ConfigException(at(name, e.getLocation()) + ": " + firstLine(e), e);
    } catch (IOException e) {
      throw new ConfigException(name + ": can't be read: " + e.getMessage(), e);
    }
  }

  /** Records line and column of every key. */
  private void locate(String name, String text) throws IOException {
    Deque<String> path = new ArrayDeque<>();
    try (JsonParser parser = MAPPER.createParser(text)) {
      String key = "";
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case FIELD_NAME -> {
            String parent = path.isEmpty() ? "" : path.peek();
            key = join(parent, parser.currentName());
            origins.put(key, at(name, parser.currentTokenLocation()));
          }
          case START_OBJECT, START_ARRAY -> path.push(key);
          case END_OBJECT, END_ARRAY -> path.pop();
          default -> {}
        }
      }
    }
  }

  private void mergeEnvironment(Map<String, String> environment) {
    Map<String, String> keys = new TreeMap<>();
    collectLeaves(tree, "", keys);
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      String key = keys.get(variable.getKey());
      if (key != null) {
        override(key, variable.getValue(), variable.getKey());
      } else if (isOurs(variable.getKey())) {
        throw new ConfigException(
            variable.getKey() + ": no such setting; known are " + keys.keySet());
      }
    }
  }

  /** Whether a variable names one of our sections, so that a misspelt one doesn't go unnoticed. */
  private boolean isOurs(String variable) {
    for (Iterator<String> names = tree.fieldNames(); names.hasNext(); ) {
      if (variable.startsWith(variableName(names.next()) + "_")) {
        return true;
      }
    }
    return false;
  }

  private static void collectLeaves(ObjectNode node, String parent, Map<String, String> keys) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = join(parent, field.getKey());
      if (field.getValue() instanceof ObjectNode child && !child.isEmpty()) {
        collectLeaves(child, key, keys);
      } else {
        keys.put(variableName(key), key);
      }
    }
  }

  private static String variableName(String key) {
    return "UNIPIN_"
        + key.replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private void mergeOverrides(Collection<String> overrides) {
    for (String assignment : overrides) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new ConfigException("--set: key=value expected, got '" + assignment + "'");
      }
      String key = assignment.substring(0, equals).trim();
      override(key, assignment.substring(equals + 1), "--set " + key);
    }
  }

  private void override(String key, String value, String origin) {
    JsonNode node;
    try {
      node = MAPPER.readTree(value);
    } catch (JsonProcessingException e) {
      throw new ConfigException(origin + ": " + firstLine(e), e);
    }
    if (node.isMissingNode()) {
      node = MAPPER.getNodeFactory().textNode("");
    }
    String[] names = key.split("\\.", -1);
    for (int i = names.length - 1; i >= 0; i--) {
      node = MAPPER.createObjectNode().set(names[i], node);
    }
    origins.put(key, origin);
    merge(tree, (ObjectNode) node, "", origin);
  }

  private void merge(ObjectNode target, ObjectNode values, String parent, String source) {
    for (Map.Entry<String, JsonNode> field : values.properties()) {
      String key = join(parent, field.getKey());
      Optional<String> retired = RetiredSettings.advice(key);
      if (retired.isPresent()) {
        throw failure(key, retired.get());
      }
      JsonNode value = field.getValue();
      JsonNode old = target.get(field.getKey());
      if (old instanceof ObjectNode section) {
        if (value instanceof ObjectNode nested) {
          merge(section, nested, key, source);
        } else if (!value.isNull()) {
          throw failure(key, "keys below it expected, got " + value.toString());
        }
      } else if (value.isNull()) {
        throw failure(key, "a value expected, got nothing");
      } else {
        target.set(field.getKey(), value);
      }
    }
  }

  private ServerConfig bind() {
    ExperimentDefaults.fill(tree.path("experiments"));
    try {
      ServerConfig config = MAPPER.treeToValue(tree, ServerConfig.class);
      ArmSettings.check(config);
      return config;
    } catch (SettingException e) {
      throw failure(e.key(), String.valueOf(e.getMessage()));
    } catch (JsonMappingException e) {
      throw describe(e);
    } catch (JsonProcessingException e) {
      throw new ConfigException(firstLine(e), e);
    }
  }

  private ConfigException describe(JsonMappingException e) {
    String key =
        e.getPath().stream()
            .map(JsonMappingException.Reference::getFieldName)
            .filter(Objects::nonNull)
            .collect(Collectors.joining("."));
    if (e instanceof UnrecognizedPropertyException unknown) {
      List<Object> known = new ArrayList<>(Objects.requireNonNull(unknown.getKnownPropertyIds()));
      return failure(key, "unknown key; known here are " + known);
    }
    if (e.getCause() instanceof SettingException setting) {
      return failure(join(key, setting.key()), String.valueOf(setting.getMessage()));
    }
    if (e.getCause() instanceof IllegalArgumentException illegal) {
      return failure(key, String.valueOf(illegal.getMessage()));
    }
    if (e instanceof MismatchedInputException mismatch) {
      JsonNode value = tree.at("/" + key.replace('.', '/'));
      return failure(
          key, expected(mismatch.getTargetType()) + " expected, got " + shortened(value));
    }
    return failure(key, firstLine(e));
  }

  private static String shortened(JsonNode value) {
    String text = value.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "another value";
    }
    if (type.isEnum()) {
      return "one of " + Arrays.toString(type.getEnumConstants());
    }
    return switch (type.getSimpleName()) {
      case "int", "long" -> "a whole number";
      case "double", "float", "Float" -> "a number";
      case "boolean" -> "true or false";
      case "Duration" -> "a duration such as 250ms, 10s, 5m or 1h";
      case "ByteSize" -> "a size such as 512MiB";
      default -> "another kind of value";
    };
  }

  private ConfigException failure(String key, String message) {
    String origin = null;
    for (String prefix = key; origin == null && !prefix.isEmpty(); ) {
      origin = origins.get(prefix);
      int dot = prefix.lastIndexOf('.');
      prefix = dot < 0 ? "" : prefix.substring(0, dot);
    }
    return new ConfigException((origin == null ? "" : origin + ": ") + key + ": " + message);
  }

  private static String at(String name, @Nullable JsonLocation location) {
    return location == null
        ? name
        : name + ":" + location.getLineNr() + ":" + location.getColumnNr();
  }

  private static String join(String parent, @Nullable String name) {
    return parent.isEmpty() ? String.valueOf(name) : parent + "." + name;
  }

  private static String firstLine(JsonProcessingException e) {
    String message = String.valueOf(e.getOriginalMessage());
    return message.lines().findFirst().orElse(message);
  }

  /** Reads {@code 250ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 2d}, or ISO-8601. */
  private static final class DurationReader extends StdDeserializer<Duration> {
    private static final long serialVersionUID = 1;

    DurationReader() {
      super(Duration.class);
    }

    @Override
    public @Nullable Duration deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getText().trim();
      try {
        if (text.matches("\\d{1,12}ms")) {
          return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
        }
        if (text.matches("\\d{1,9}[smhd]")) {
          boolean days = text.endsWith("d");
          return Duration.parse((days ? "P" : "PT") + text.toUpperCase(Locale.ROOT));
        }
        return Duration.parse(text);
      } catch (DateTimeParseException e) {
        return (Duration) context.handleWeirdStringValue(Duration.class, text, "not a duration");
      }
    }
  }
}
