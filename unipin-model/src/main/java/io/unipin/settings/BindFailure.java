package io.unipin.settings;

import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the error message for settings that do not fit a record. For an unknown key the error
 * lists the known keys.
 */
final class BindFailure {
  static final String NOTHING = "a value expected, got nothing";

  private static final int MAX_SHOWN = 200;

  private final SettingsTree tree;
  private final JsonMappingException failure;
  private final List<String> path;
  private final JsonNode value;

  /**
   * Describes a failure.
   *
   * @param parser the parser, which stands at the value that it could not read. It is needed
   *     because Jackson's failure does not say which part of a list or map holds a number that is
   *     out of range.
   */
  BindFailure(SettingsTree tree, JsonMappingException failure, WrittenParser parser) {
    this.tree = tree;
    this.failure = failure;
    this.path =
        failure.getCause() instanceof InputCoercionException
            ? parser.path()
            : failure.getPath().stream().map(BindFailure::name).toList();
    this.value = value(path);
  }

  private static String name(JsonMappingException.Reference step) {
    return step.getFieldName() == null ? Origin.item(step.getIndex()) : step.getFieldName();
  }

  private JsonNode value(List<String> names) {
    JsonNode at = tree.values();
    for (String name : names) {
      at =
          at.isArray()
              ? at.path(Integer.parseInt(name.substring(1, name.length() - 1)))
              : at.path(name);
    }
    return at;
  }

  ConfigException refusal() {
    ConfigException refusal = describe();
    refusal.initCause(failure);
    return refusal;
  }

  private ConfigException describe() {
    String key = SettingsTree.key(path);
    Throwable cause = failure.getCause();
    if (failure instanceof UnrecognizedPropertyException unknown) {
      return unknown(
          key, unknown.getPropertyName(), StrictMapper.keys(unknown.getReferringClass()));
    }
    if (cause instanceof SettingException setting) {
      String below = setting.key();
      String whole = below.isEmpty() ? key : SettingsTree.join(key, below);
      return tree.refusal(whole, String.valueOf(setting.getMessage()));
    }
    if (cause instanceof IllegalArgumentException illegal) {
      return tree.refusal(key, String.valueOf(illegal.getMessage()));
    }
    if (cause instanceof InputCoercionException range) {
      return tree.refusal(key, range(range.getTargetType()) + " expected, got " + shown());
    }
    if (value.isMissingNode() && !path.isEmpty()) {
      return missing();
    }
    if (failure instanceof InvalidNullException || value.isNull()) {
      return tree.refusal(key, NOTHING);
    }
    if (failure instanceof MismatchedInputException mismatch) {
      return tree.refusal(key, expected(mismatch.getTargetType()));
    }
    return tree.refusal(key, firstLine());
  }

  private ConfigException unknown(String key, String name, List<String> known) {
    return tree.refusal(key, "unknown key; known here are " + known + Nearest.hint(name, known));
  }

  /**
   * Refuses a branch that lacks a required key. If the branch has an unknown key, the error names
   * this key, because it may be a misspelling of the required key.
   */
  private ConfigException missing() {
    int last = path.size() - 1;
    String parent = SettingsTree.key(path.subList(0, last));
    if (failure.getPath().get(last).getFrom() instanceof Class<?> type) {
      List<String> known = StrictMapper.keys(type);
      for (Map.Entry<String, JsonNode> field : value(path.subList(0, last)).properties()) {
        if (!known.contains(field.getKey())) {
          return unknown(SettingsTree.join(parent, field.getKey()), field.getKey(), known);
        }
      }
    }
    return tree.refusal(parent, "the key '" + path.get(last) + "' is missing");
  }

  private String expected(@Nullable Class<?> type) {
    if (type != null && type.isEnum()) {
      List<String> names =
          Arrays.stream(type.getEnumConstants())
              .map(each -> StrictMapper.JSON.valueToTree(each).asText())
              .toList();
      return "one of %s expected, got %s%s"
          .formatted(names, shown(), Nearest.hint(value.asText(), names));
    }
    return "%s expected, got %s".formatted(kind(type), shown());
  }

  private static String kind(@Nullable Class<?> type) {
    if (type == null) {
      return "another value";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list such as [a, b]";
    }
    return switch (type.getSimpleName()) {
      case "int", "long", "Integer", "Long" -> "a whole number";
      case "double", "float", "Double", "Float" -> "a number";
      case "boolean", "Boolean" -> "true or false";
      case "String", "Located" -> "a text";
      case "Path" -> "a path";
      case "Duration" -> "a duration such as 250ms, 10s, 5m or 1h";
      case "ByteSize" -> "a size such as 512MiB";
      case "EngineDevice" -> "cpu, cuda or cuda:N";
      default -> isBranch(type) ? "keys below it" : "another kind of value";
    };
  }

  private static boolean isBranch(Class<?> type) {
    return type.isRecord()
        || Map.class.isAssignableFrom(type)
        || JsonNode.class.isAssignableFrom(type);
  }

  private static String range(@Nullable Class<?> type) {
    if (type == int.class || type == Integer.class) {
      return Integer.MIN_VALUE + " to " + Integer.MAX_VALUE;
    }
    boolean whole = type == long.class || type == Long.class;
    return whole ? Long.MIN_VALUE + " to " + Long.MAX_VALUE : "a finite number";
  }

  private String shown() {
    return shown(value, tree.written(path));
  }

  /** Returns a value in the form that errors show: a text in quotes, a number as it was written. */
  static String shown(JsonNode value, @Nullable String written) {
    boolean plain = written != null && (value.isNumber() || value.isBoolean());
    return shortened(plain ? String.valueOf(written) : value.toString());
  }

  static String shortened(String text) {
    return ConfigException.shortened(text, MAX_SHOWN);
  }

  private String firstLine() {
    String message = String.valueOf(failure.getOriginalMessage());
    return message.lines().findFirst().orElse(message);
  }
}
