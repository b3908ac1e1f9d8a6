package io.unipin.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Rows of a table that are filled from one file.
 *
 * <p>A cell is text with placeholders {@code {path|format}}. A path consists of keys below the
 * base. A path with a leading slash begins at the file's root. {@code *} stands for all elements of
 * an array. A path that ends with a question mark may be missing in the file. Its placeholder then
 * becomes a dash. A placeholder may contain another placeholder, which is filled first. The
 * placeholder {@code {@file}} stands for the file's name, and {@code {@key}} for the key of the
 * element that becomes the row.
 *
 * @param file file name without its extension; empty if the row has only words. An optional row may
 *     name several files, separated by {@code |}
 * @param base path in the file at which the cells' paths begin
 * @param isRepeated whether the base is an array or an object, each element of which becomes a row
 * @param isOptional whether no row is written if no file has the base. If there are several files,
 *     the first one that has the base fills the row
 * @param needed path below the base, or below the element: without a figure there, no row is
 *     written; empty if the row needs none
 */
record Row(
    String file,
    String base,
    boolean isRepeated,
    boolean isOptional,
    String needed,
    List<String> cells) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}|]+)(?:\\|([^{}]+))?}");

  Row {
    cells = List.copyOf(cells);
  }

  /** Writes each row as one line of Markdown. */
  void write(ResultFiles files, StringBuilder out) {
    if (file.isEmpty()) {
      line(cells, out);
      return;
    }
    if (isOptional) {
      first(files)
          .map(found -> new Row(found, base, isRepeated, false, needed, cells))
          .ifPresent(row -> row.write(files, out));
      return;
    }
    JsonNode root = files.file(file);
    JsonNode from = at(root, from());
    if (!isRepeated) {
      write(new Element("", from), root, out);
    } else if (from.isObject()) {
      from.properties().forEach(e -> write(new Element(e.getKey(), e.getValue()), root, out));
    } else {
      from.forEach(element -> write(new Element("", element), root, out));
    }
  }

  /** A part of a file that fills a line. The key is empty unless the part is a field. */
  private record Element(String key, JsonNode node) {}

  private void write(Element element, JsonNode root, StringBuilder out) {
    JsonNode figure = element.node().at("/" + needed);
    if (needed.isEmpty() || figure.isNumber() || !figure.isEmpty()) {
      line(cells.stream().map(cell -> filled(cell, root, element)).toList(), out);
    }
  }

  private String from() {
    return "results" + (base.isEmpty() ? "" : "/" + base);
  }

  /** Returns the first file that has the base. */
  private Optional<String> first(ResultFiles files) {
    return Stream.of(file.split("\\|", -1))
        .filter(name -> files.has(name) && !isMissing(files.file(name), from()))
        .findFirst();
  }

  static void line(List<String> cells, StringBuilder out) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private String filled(String cell, JsonNode root, Element element) {
    String text = cell;
    for (Matcher matcher = PLACEHOLDER.matcher(text);
        matcher.find();
        matcher = PLACEHOLDER.matcher(text)) {
      String format = matcher.group(2) == null ? "" : matcher.group(2);
      String value = value(matcher.group(1), format, root, element);
      text = text.substring(0, matcher.start()) + value + text.substring(matcher.end());
    }
    return text;
  }

  private String value(String path, String format, JsonNode root, Element element) {
    if (path.equals("@file")) {
      return file + ".json";
    }
    if (path.equals("@key")) {
      return element.key();
    }
    boolean optional = path.endsWith("?");
    String from = optional ? path.substring(0, path.length() - 1) : path;
    try {
      JsonNode above = from.startsWith("/") ? root : element.node();
      String below = from.startsWith("/") ? from.substring(1) : from;
      if (optional && isMissing(above, below)) {
        return Format.apply(NullNode.getInstance(), format);
      }
      return Format.apply(at(above, below), format);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s.json, %s: %s".formatted(file, path, e.getMessage()), e);
    }
  }

  private static JsonNode at(JsonNode from, String path) {
    JsonNode node = from;
    int start = 0;
    while (start <= path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String key = path.substring(start, end);
      if (key.equals("*")) {
        return all(node, path.substring(end));
      }
      node = node.isArray() ? node.path(Integer.parseInt(key)) : node.path(key);
      if (node.isMissingNode()) {
        throw new IllegalArgumentException("a file with %s expected, got none".formatted(path));
      }
      start = end + 1;
    }
    return node;
  }

  /** Whether a path without {@code *} leads to nothing. */
  private static boolean isMissing(JsonNode from, String path) {
    return from.at("/" + path).isMissingNode();
  }

  private static ArrayNode all(JsonNode array, String rest) {
    ArrayNode found = JsonNodeFactory.instance.arrayNode();
    array.forEach(element -> found.add(rest.isEmpty() ? element : at(element, rest.substring(1))));
    return found;
  }
}
