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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings from which a record is made: defaults, with files and overrides laid over them. Each
 * value has the place where it was written.
 *
 * <p>No value is converted: a setting that takes a whole number refuses {@code 1.5} and
 * {@code "20"}. A setting that takes a text gets the characters that were written, so {@code 1.10}
 * is not {@code 1.1}. An error is one line: place, key, what was expected and what was found. Not
 * thread-safe.
 */
public final class SettingsTree {
  private final ObjectNode values;

  /** Origins of the defaults, shared with copies and never changed. */
  private final Origin defaults;

  private final Origin own = Origin.none();

  /**
   * Place that errors name for a value without a place: the last file; null if no file was read.
   */
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

  /** Returns the settings that a record holds. */
  public static SettingsTree of(Record settings) {
    return new SettingsTree(StrictMapper.JSON.valueToTree(settings), Origin.none());
  }

  /**
   * Returns the settings of one file, without defaults.
   *
   * @param name the name by which errors call the file
   */
  public static SettingsTree of(String name, byte[] text, Syntax syntax) {
    SettingsTree tree = empty();
    tree.merge(name, SettingsText.decode(name, text), syntax);
    return tree;
  }

  /**
   * Returns the settings of one YAML file, without defaults. Errors name the file by the given
   * path.
   */
  public static SettingsTree of(Path yaml) {
    SettingsTree tree = empty();
    String name = yaml.toString();
    tree.merge(name, SettingsText.read(name, yaml), Syntax.YAML);
    return tree;
  }

  private static SettingsTree empty() {
    return new SettingsTree(StrictMapper.JSON.createObjectNode(), Origin.none());
  }

  /** Writes the settings in a record to a YAML file. */
  public static void write(Record settings, Path yaml) throws IOException {
    StrictMapper.YAML.writeValue(yaml.toFile(), settings);
  }

  /** Returns a copy, over which other layers can be laid. */
  public SettingsTree copy() {
    return new SettingsTree(values.deepCopy(), defaults);
  }

  /** Returns the current values. The caller may fill in more values before {@link #bind}. */
  public ObjectNode values() {
    return values;
  }

  /** Lays a YAML file over the settings. Errors name the file without its folder. */
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
   * Gives one setting a value, which replaces the value that it had.
   *
   * @param key path of the setting, such as {@code server.port}
   * @param value YAML, most often a scalar; a blank value stands for the empty text
   * @param source the source that errors name, such as {@code --set server.port}
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

  /**
   * Returns the value of a text that has no YAML value: the empty text if the text is blank, else
   * null.
   */
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
        into.enter(name, origin.place()); // an empty branch changes no setting
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
   * Creates a record from the settings.
   *
   * @throws ConfigException with the place of the first value that doesn't fit
   */
  public <T extends Record> T bind(Class<T> type) {
    try (WrittenParser parser = new WrittenParser(this)) {
      return read(parser, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen: the tree is in memory
    }
  }

  private <T> T read(WrittenParser parser, Class<T> type) throws IOException {
    try {
      return StrictMapper.JSON.readValue(parser, type);
    } catch (JsonMappingException e) {
      throw new BindFailure(this, e, parser).refusal();
    }
  }

  /**
   * Returns an error about a value. The error names the place where the value was written. If the
   * value was not written, the error names the place of the branch around it.
   */
  public ConfigException refusal(String key, String reason) {
    return new ConfigException(knownPlace(key), key, reason);
  }

  /**
   * Returns where a value was written. If that is unknown, returns a place with the source
   * {@code settings}.
   */
  Place place(String key) {
    Place known = knownPlace(key);
    return known == null ? Place.of("settings") : known;
  }

  private @Nullable Place knownPlace(String key) {
    Place place = own.nearest(key);
    place = place == null ? defaults.nearest(key) : place;
    return place == null ? whole : place;
  }

  /** Returns the characters of a scalar as they were written; null if nobody wrote the scalar. */
  @Nullable String written(List<String> path) {
    Origin origin = own.at(path);
    origin = origin == null ? defaults.at(path) : origin;
    return origin == null ? null : origin.text();
  }

  /** Returns all settings with their places, in the order of the values. */
  public List<EffectiveSetting> effective() {
    List<EffectiveSetting> all = new ArrayList<>();
    collect(values, List.of(), all);
    return all;
  }

  private void collect(ObjectNode branch, List<String> above, List<EffectiveSetting> all) {
    for (Map.Entry<String, JsonNode> field : branch.properties()) {
      List<String> path = new ArrayList<>(above);
      path.add(field.getKey());
      if (field.getValue() instanceof ObjectNode below && !below.isEmpty()) {
        collect(below, path, all);
      } else {
        all.add(effective(path, field.getValue()));
      }
    }
  }

  private EffectiveSetting effective(List<String> path, JsonNode value) {
    Origin written = own.at(path);
    Origin origin = written == null ? defaults.at(path) : written;
    Place place = origin == null ? null : origin.place();
    return new EffectiveSetting(
        key(path), value, place == null ? Place.of("default") : place, written == null);
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
