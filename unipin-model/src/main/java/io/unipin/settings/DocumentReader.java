package io.unipin.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one document of YAML or JSON into a tree that knows where each value was written. Refuses
 * texts that two readers could understand differently: texts with a key that occurs twice, an
 * alias, a tag, a merge key or a second document. Not thread-safe.
 */
final class DocumentReader {
  static final int MAX_DEPTH = 50;

  private static final Pattern LINE = Pattern.compile("line (\\d+), column (\\d+)");

  /** Matches an octal number of YAML 1.1. Other readers take its digits for decimal digits. */
  private static final Pattern OCTAL = Pattern.compile("[-+]?0[0-9_]+");

  private final JsonParser parser;
  private final Start start;

  private DocumentReader(JsonParser parser, Start start) {
    this.parser = parser;
    this.start = start;
  }

  /**
   * The source of the text of a document.
   *
   * @param key path of the setting whose value is the document; empty for a file
   * @param inFile whether the text is a file, so that errors name line and column
   */
  private record Start(Place source, String key, boolean inFile) {}

  /** A value, with the places where the value and its parts were written. */
  record Document(JsonNode value, Origin origin) {}

  /** Returns the document in a file's text; empty if the text holds no value. */
  static Optional<Document> file(String name, String text, Syntax syntax) {
    return read(text, syntax, new Start(Place.of(name), "", true));
  }

  /**
   * Returns the document in the text of an override, which is YAML; empty if the text holds no
   * value.
   */
  static Optional<Document> override(Place source, String key, String text) {
    return read(text, Syntax.YAML, new Start(source, key, false));
  }

  private static Optional<Document> read(String text, Syntax syntax, Start start) {
    try (JsonParser parser = syntax.parser(text)) {
      return new DocumentReader(parser, start).document();
    } catch (JsonProcessingException e) {
      Place place = start.inFile() ? failurePlace(start.source(), e) : start.source();
      ConfigException refused = new ConfigException(place, start.key(), problem(e));
      refused.initCause(e);
      throw refused;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen: the text is in memory
    }
  }

  private Optional<Document> document() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      return Optional.empty();
    }
    Document document = value(token, start.key(), place(), 0);
    if (parser.nextToken() != null) {
      throw new ConfigException(place(), start.key(), "one document expected, got a second");
    }
    return document.value().isNull() ? Optional.empty() : Optional.of(document);
  }

  private Document value(JsonToken token, String key, Place place, int depth) throws IOException {
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      throw new ConfigException(place, key, "a value expected, got the alias *" + yaml.getText());
    }
    if (parser.getTypeId() != null) {
      throw new ConfigException(
          place, key, "a value without a tag expected, got !" + parser.getTypeId());
    }
    if (depth > MAX_DEPTH) {
      throw new ConfigException(place, "", "at most " + MAX_DEPTH + " levels expected, got more");
    }
    return switch (token) {
      case START_OBJECT -> map(key, place, depth);
      case START_ARRAY -> list(key, place, depth);
      default -> new Document(scalar(token), new Origin(place, parser.getText()));
    };
  }

  private Document map(String parent, Place place, int depth) throws IOException {
    ObjectNode map = JsonNodeFactory.instance.objectNode();
    Origin origin = new Origin(place, null);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      String key = SettingsTree.join(parent, name);
      Place at = place();
      if (name.equals("<<")) {
        throw new ConfigException(at, key, "a key expected, got a merge key");
      }
      if (map.has(name)) {
        Place first = Objects.requireNonNull(origin.part(name).place());
        String where = start.inFile() ? "; the first stands in line " + first.line() : "";
        throw new ConfigException(at, key, "a key that stands once expected, got it again" + where);
      }
      Document part = value(parser.nextToken(), key, at, depth + 1);
      map.set(name, part.value());
      origin.put(name, part.origin());
    }
    return new Document(map, origin);
  }

  private Document list(String parent, Place place, int depth) throws IOException {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    Origin origin = new Origin(place, null);
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      String name = Origin.item(list.size());
      Document part = value(token, SettingsTree.join(parent, name), place(), depth + 1);
      list.add(part.value());
      origin.put(name, part.origin());
    }
    return new Document(list, origin);
  }

  private JsonNode scalar(JsonToken token) throws IOException {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    String text = parser.getText();
    return switch (token) {
      case VALUE_NULL -> nodes.nullNode();
      case VALUE_TRUE -> nodes.booleanNode(true);
      case VALUE_FALSE -> nodes.booleanNode(false);
      case VALUE_NUMBER_INT -> OCTAL.matcher(text).matches() ? nodes.textNode(text) : whole();
      case VALUE_NUMBER_FLOAT ->
          isNamed(text) ? nodes.textNode(text) : nodes.numberNode(parser.getDoubleValue());
      default -> nodes.textNode(text);
    };
  }

  private JsonNode whole() throws IOException {
    BigInteger value = parser.getBigIntegerValue();
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value.bitLength() < Integer.SIZE) {
      return nodes.numberNode(value.intValue());
    }
    return value.bitLength() < Long.SIZE
        ? nodes.numberNode(value.longValue())
        : nodes.numberNode(value);
  }

  /** Whether a number is written as {@code .inf} or {@code .nan}, which no setting accepts. */
  private static boolean isNamed(String number) {
    String name = number.toLowerCase(Locale.ROOT);
    return name.endsWith(".inf") || name.endsWith(".nan");
  }

  private Place place() {
    return start.inFile() ? at(start.source(), parser.currentTokenLocation()) : start.source();
  }

  private static Place at(Place source, JsonLocation location) {
    return new Place(source.source(), location.getLineNr(), location.getColumnNr());
  }

  /**
   * Returns where a parser failed. YAML's message names this place last. The place in the exception
   * itself is that of the previous token.
   */
  private static Place failurePlace(Place source, JsonProcessingException e) {
    Place place = e.getLocation() == null ? source : at(source, e.getLocation());
    Matcher named = LINE.matcher(String.valueOf(e.getOriginalMessage()));
    while (named.find()) {
      int line = Integer.parseInt(named.group(1));
      place = new Place(source.source(), line, Integer.parseInt(named.group(2)));
    }
    return place;
  }

  /**
   * Returns what is wrong: the last unindented line of a message. Indented lines hold places and
   * pieces of the text.
   */
  private static String problem(JsonProcessingException e) {
    String message = String.valueOf(e.getOriginalMessage());
    return message
        .lines()
        .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
        .reduce((first, second) -> second)
        .orElse(message);
  }
}
