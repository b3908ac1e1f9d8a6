package io.unipin.settings;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.unipin.settings.DocumentReader.Document;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings on their way into a record: defaults, and layers of files and overrides over them, each
 * value with the place where it was written.
 *
 * <p>Nothing is converted: a whole number is neither {@code 1.5} nor {@code "20"}. A value that is
 * wanted as text is taken with the characters that were written, so {@code 1.10} is not
 * {@code 1.1}. A complaint is one line: place, key, what is expected, what came. One thread.
 */
public final class SettingsTree {
  private final ObjectNode values;

  /** Of what others than the reader wrote; not changed. */
  private final Origin defaults;

  private final Origin own = Origin.none();

  /** What is complained about when no value has a place; null for settings of no file. */
  private @Nullable Place whole;

  private SettingsTree(ObjectNode values, Origin defaults) {
    this.values = values;
    this.defaults = defaults;
  }

  /** Reads defaults from a resource in YAML beside a class. */
  public static SettingsTree ofDefaults(Class<?> owner, String resource) {
    try (InputStream in = Objects.requireNonNull(owner.getResourceAsStream(resource), resource)) {
      Document document =
          DocumentReader.file(
                  resource, new String(in.readAllBytes(), StandardCharsets.UTF_8), Syntax.YAML)
              .orElseThrow();
      return new SettingsTree((ObjectNode) document.value(), document.origin());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the settings that a record has. */
  public static SettingsTree of(Record settings) {
    return new SettingsTree(StrictMapper.JSON.valueToTree(settings), Origin.none());
  }

  /**
   * Returns the settings of a file alone.
   *
   * @param name of the file in complaints
   */
  public static SettingsTree of(String name, byte[] text, Syntax syntax) {
    SettingsTree tree = empty();
    tree.merge(name, SettingsText.decode(name, text), syntax);
    return tree;
  }

  /** Returns the settings of a file in YAML alone, which complaints name as it is given. */
  public static SettingsTree of(Path yaml) {
    SettingsTree tree = empty();
    String name = yaml.toString();
    tree.merge(name, SettingsText.read(name, yaml), Syntax.YAML);
    return tree;
  }

  private static SettingsTree empty() {
    return new SettingsTree(StrictMapper.JSON.createObjectNode(), Origin.none());
  }

  /** Writes the settings that a record has as a file in YAML. */
  public static void write(Record settings, Path yaml) throws IOException {
    StrictMapper.YAML.writeValue(yaml.toFile(), settings);
  }

  /** Returns these defaults for layers of their own. */
  public SettingsTree copy() {
    return new SettingsTree(values.deepCopy(), defaults);
  }

  /** Returns the values as they stand, for what has to be filled in before {@link #bind}. */
  public ObjectNode values() {
    return values;
  }

  /** Lays a file in YAML over the settings; complaints have its name without its folder. */
  public void merge(Path yaml) {
    String name = String.valueOf(yaml.getFileName());
    merge(name, SettingsText.read(name, yaml), Syntax.YAML);
  }

  /** Lays values without places over the settings. */
  public void merge(ObjectNode layer) {
    merge(values, layer, own, Origin.none(), "");
  }

  private void merge(String name, String text, Syntax syntax) {
    whole = Place.of(name);
    Document document = DocumentReader.file(name, text, syntax).orElse(null);
    if (document == null) {
      return;
    }
    if (!(document.value() instanceof ObjectNode layer)) {
      String such = values.isEmpty() ? "" : " such as '" + values.fieldNames().next() + ":'";
      String got = BindFailure.shortened(document.value().toString());
      throw new ConfigException(
          document.origin().place(), "", "keys%s expected, got %s".formatted(such, got));
    }
    merge(values, layer, own, document.origin(), "");
  }

  /**
   * Lays one value over the settings.
   *
   * @param key its path, such as {@code server.port}
   * @param value YAML, most often a scalar; nothing is the empty text
   * @param source what complaints name, such as {@code --set server.port}
   */
  public void set(String key, String value, String source) {
    Place place = Place.of(source);
    Document document =
        DocumentReader.override(place, key, value)
            .orElseGet(() -> new Document(valueOf(value), new Origin(place, value)));
    JsonNode layer = document.value();
    Origin origin = document.origin();
    String[] names = key.split("\\.", -1);
    if (names.length > DocumentReader.MAX_DEPTH) {
      throw new ConfigException(
          place, "", "at most " + DocumentReader.MAX_DEPTH + " levels expected, got more");
    }
    for (int i = names.length - 1; i >= 0; i--) {
      layer = StrictMapper.JSON.createObjectNode().set(names[i], layer);
      Origin above = new Origin(place, null);
      above.put(names[i], origin);
      origin = above;
    }
    merge(values, (ObjectNode) layer, own, origin, "");
  }

  /** Returns what a text without a value stands for: the empty text, unless a null was written. */
  private static JsonNode valueOf(String text) {
    return text.isBlank() ? TextNode.valueOf("") : StrictMapper.JSON.nullNode();
  }

  private void merge(ObjectNode target, ObjectNode layer, Origin into, Origin from, String parent) {
    for (Map.Entry<String, JsonNode> field : layer.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      JsonNode old = target.get(name);
      Origin origin = from.part(name);
      if (old instanceof ObjectNode branch && value instanceof ObjectNode nested) {
        Origin below = into.enter(name, origin.place());
        merge(branch, nested, below, origin, join(parent, name));
      } else if (old instanceof ObjectNode && value.isNull()) {
        into.enter(name, origin.place()); // of an empty branch all settings stand
      } else if (old instanceof ObjectNode) {
        String got = BindFailure.shown(value, origin.text());
        throw refused(origin, join(parent, name), "keys below it expected, got " + got);
      } else if (old != null && value.isNull()) {
        throw refused(origin, join(parent, name), BindFailure.NOTHING);
      } else {
        target.set(name, value);
        into.put(name, origin);
      }
    }
  }

  private static ConfigException refused(Origin origin, String key, String reason) {
    return new ConfigException(origin.place(), key, reason);
  }

  /**
   * Makes a record of the settings.
   *
   * @throws ConfigException with the place of what doesn't fit
   */
  public <T extends Record> T bind(Class<T> type) {
    try (WrittenParser parser = new WrittenParser(this)) {
      return read(parser, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a tree can be read
    }
  }

  private <T> T read(WrittenParser parser, Class<T> type) throws IOException {
    try {
      return StrictMapper.JSON.readValue(parser, type);
    } catch (JsonMappingException e) {
      throw new BindFailure(this, e, parser).refusal();
    }
  }

  /** Refuses a value, with the place where it was written, or else of the branch around it. */
  public ConfigException refusal(String key, String reason) {
    return new ConfigException(knownPlace(key), key, reason);
  }

  /** Returns where a value was written; of settings of no file, a place that says so. */
  Place place(String key) {
    Place known = knownPlace(key);
    return known == null ? Place.of("settings") : known;
  }

  private @Nullable Place knownPlace(String key) {
    Place place = own.nearest(key);
    place = place == null ? defaults.nearest(key) : place;
    return place == null ? whole : place;
  }

  /** Returns the characters of a scalar as they were written; null if nobody wrote it. */
  @Nullable String written(List<String> path) {
    Origin origin = own.at(path);
    origin = origin == null ? defaults.at(path) : origin;
    return origin == null ? null : origin.text();
  }

  static String join(String parent, String name) {
    return parent.isEmpty() || name.startsWith("[") ? parent + name : parent + "." + name;
  }

  static String key(List<String> path) {
    String key = "";
    for (String name : path) {
      key = join(key, name);
    }
    return key;
  }
}
