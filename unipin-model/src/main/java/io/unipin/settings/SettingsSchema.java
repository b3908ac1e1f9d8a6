package io.unipin.settings;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Describes which settings a record accepts. The description is a JSON schema, draft 2020-12.
 * Editors use such a schema to complete and check a YAML file.
 *
 * <p>The schema has the keys, the types, the defaults, and the comments of the file of defaults. No
 * key is required, because each setting has a default. The schema has no rules about ranges or
 * about several settings together. Only the reader checks these. Not thread-safe.
 */
public final class SettingsSchema {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String TYPE = "type";
  private static final String PATTERN = "pattern";

  private final JsonNode defaults;
  private final Map<String, String> comments;

  private SettingsSchema(JsonNode defaults, Map<String, String> comments) {
    this.defaults = defaults;
    this.comments = comments;
  }

  /**
   * Returns the schema of a record.
   *
   * @param title what the settings are about
   * @param owner class beside which the file of defaults lies
   * @param resource name of the file of defaults, in YAML
   */
  public static ObjectNode of(
      Class<? extends Record> type, String title, Class<?> owner, String resource) {
    JsonNode defaults = SettingsTree.ofDefaults(owner, resource).values();
    ObjectNode schema = NODES.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", title);
    SettingsSchema writer = new SettingsSchema(defaults, SettingsComments.of(owner, resource));
    return schema.setAll(writer.record(type, ""));
  }

  private ObjectNode record(Class<?> type, String key) {
    ObjectNode schema = NODES.objectNode().put(TYPE, "object");
    ObjectNode properties = schema.putObject("properties");
    List<String> names = StrictMapper.keys(type);
    RecordComponent[] components = type.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      String name = names.get(i);
      properties.set(name, setting(components[i].getGenericType(), SettingsTree.join(key, name)));
    }
    return schema.put("additionalProperties", false);
  }

  /** Returns the schema of a setting, with its comment and its default. */
  private ObjectNode setting(Type type, String key) {
    ObjectNode schema = value(type, key);
    String comment = comments.get(key);
    if (comment != null) {
      schema.put("description", comment);
    }
    JsonNode usual = defaults.at("/" + key.replace('.', '/'));
    boolean branch = schema.has("properties");
    if (!usual.isMissingNode() && !branch) {
      schema.set("default", usual);
    }
    return schema;
  }

  private ObjectNode value(Type type, String key) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      Type last = arguments[arguments.length - 1];
      boolean list =
          generic.getRawType() instanceof Class<?> raw && Collection.class.isAssignableFrom(raw);
      String part = SettingsTree.join(key, list ? "[]" : "*");
      return NODES
          .objectNode()
          .put(TYPE, list ? "array" : "object")
          .set(list ? "items" : "additionalProperties", setting(last, part));
    }
    return type instanceof Class<?> known ? plain(known, key) : NODES.objectNode();
  }

  private ObjectNode plain(Class<?> type, String key) {
    if (type.isEnum()) {
      return choice(type);
    }
    if (type == ByteSize.class) {
      return text().put(PATTERN, "^\\d{1,15}\\s*(B|KiB|MiB|GiB)?$");
    }
    if (type == Duration.class) {
      return text().put(PATTERN, "^(\\d{1,12}ms|\\d{1,9}[smhd]|[-+]?[Pp].*)$");
    }
    if (isWrittenAsText(type)) {
      return text();
    }
    if (type.isRecord()) {
      return record(type, key);
    }
    return switch (type.getSimpleName()) {
      case "int", "long", "Integer", "Long" -> NODES.objectNode().put(TYPE, "integer");
      case "float", "double", "Float", "Double" -> NODES.objectNode().put(TYPE, "number");
      case "boolean", "Boolean" -> NODES.objectNode().put(TYPE, "boolean");
      case "ObjectNode" -> NODES.objectNode().put(TYPE, "object");
      default -> NODES.objectNode();
    };
  }

  /** Returns the schema of a text. A number or a truth value counts as the text that is written. */
  private static ObjectNode text() {
    ObjectNode schema = NODES.objectNode();
    schema.putArray(TYPE).add("string").add("number").add("boolean");
    return schema;
  }

  private static ObjectNode choice(Class<?> type) {
    ObjectNode schema = NODES.objectNode().put(TYPE, "string");
    ArrayNode values = schema.putArray("enum");
    Arrays.stream(type.getEnumConstants())
        .forEach(each -> values.add(StrictMapper.JSON.<JsonNode>valueToTree(each)));
    return schema;
  }

  private static boolean isWrittenAsText(Class<?> type) {
    return type == String.class
        || type == Path.class
        || type == Located.class
        || Arrays.stream(type.getDeclaredMethods()).anyMatch(SettingsSchema::readsText);
  }

  /** Whether a method, such as {@link ByteSize#parse}, makes a value from a text. */
  private static boolean readsText(Method method) {
    return method.isAnnotationPresent(JsonCreator.class)
        && Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class});
  }
}
