package io.unipin.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes a figure as the text of a cell. A format is one of the following. The letters q, s, m and
 * r stand before one of the first three formats.
 *
 * <ul>
 *   <li>{@code 2}: two decimals; {@code 2/1000}: two decimals after division by 1000
 *   <li>{@code ,}: a whole number with separated thousands; {@code ,/1000}: such a number after
 *       division by 1000
 *   <li>{@code %1}: per cent with one decimal
 *   <li>{@code q} before a format: median and quartiles
 *   <li>{@code s} before a format: mean and spread over seeds
 *   <li>{@code m} before a format: only the mean over seeds
 *   <li>{@code r} before a format: least and greatest value of an array
 *   <li>{@code >=1.5 project}, {@code <=2% project}: a target, who set it, and whether the figure
 *       meets it
 *   <li>{@code cpu}: a processor's short name; {@code day}: the day of a time
 *   <li>no format: the text as it is
 * </ul>
 *
 * <p>An array becomes its elements, separated by commas. A figure that a run could not measure
 * becomes a dash.
 */
final class Format {
  private static final Pattern NUMBER = Pattern.compile("(%?)(\\d|,)(?:/(\\d+))?");
  private static final Pattern TARGET = Pattern.compile("(>=|<=)(-?[\\d.,]+)(%?) (.+)");
  private static final Pattern ZERO = Pattern.compile("-0(\\.0*)?( %)?");

  private Format() {}

  /** Returns the node's text in this format. */
  static String apply(JsonNode node, String format) {
    if (node.isNull()) {
      return "–";
    }
    if (node.isArray() && !format.startsWith("r")) {
      List<String> all = new ArrayList<>();
      node.forEach(element -> all.add(apply(element, format)));
      return String.join(", ", all);
    }
    return switch (format.isEmpty() ? ' ' : format.charAt(0)) {
      case ' ' -> node.asText();
      case 'q' -> quartiles(node, format.substring(1));
      case 's' -> spread(node, format.substring(1));
      case 'm' -> apply(field(node, "mean"), format.substring(1));
      case 'r' -> range(node, format.substring(1));
      case '>', '<' -> target(node, format);
      case 'c' -> node.asText().replaceAll("\\(R\\)| Processor", "");
      case 'd' -> node.asText().substring(0, "2026-01-01".length());
      default -> number(value(node), format);
    };
  }

  private static String quartiles(JsonNode node, String format) {
    return "%s (%s to %s)"
        .formatted(
            apply(field(node, "median"), format),
            apply(field(node, "quartile1"), format),
            apply(field(node, "quartile3"), format));
  }

  private static String spread(JsonNode node, String format) {
    String mean = apply(field(node, "mean"), format);
    JsonNode spread = field(node, "spread");
    return spread.isNull() ? mean : mean + " ± " + apply(spread, format);
  }

  private static String range(JsonNode node, String format) {
    List<Double> sorted = new ArrayList<>();
    node.forEach(element -> sorted.add(value(element)));
    sorted.sort(null);
    return number(sorted.get(0), format) + " to " + number(sorted.get(sorted.size() - 1), format);
  }

  private static String target(JsonNode node, String format) {
    Matcher matcher = matcher(TARGET, format);
    double wanted = Double.parseDouble(matcher.group(2).replace(",", ""));
    boolean percent = !matcher.group(3).isEmpty();
    double got = percent ? 100 * value(node) : value(node);
    boolean least = matcher.group(1).equals(">=");
    String bound = least ? "at least " : wanted == 0 ? "" : "at most ";
    return "%s%s%s (%s): %s"
        .formatted(
            bound,
            matcher.group(2),
            percent ? " %" : "",
            matcher.group(4),
            (least ? got >= wanted : got <= wanted) ? "met" : "missed");
  }

  private static String number(double value, String format) {
    Matcher matcher = matcher(NUMBER, format);
    double divisor = matcher.group(3) == null ? 1 : Double.parseDouble(matcher.group(3));
    boolean percent = !matcher.group(1).isEmpty();
    double shown = (percent ? 100 * value : value) / divisor;
    String digits = matcher.group(2).equals(",") ? "%,.0f" : "%." + matcher.group(2) + "f";
    String text = String.format(Locale.ROOT, digits, shown) + (percent ? " %" : "");
    return ZERO.matcher(text).matches() ? text.substring(1) : text;
  }

  private static double value(JsonNode node) {
    if (!node.isNumber()) {
      throw new IllegalArgumentException("a number expected, got " + node.getNodeType());
    }
    return node.asDouble();
  }

  private static JsonNode field(JsonNode node, String name) {
    JsonNode field = node.path(name);
    if (field.isMissingNode()) {
      throw new IllegalArgumentException("a figure with %s expected, got %s".formatted(name, node));
    }
    return field;
  }

  private static Matcher matcher(Pattern pattern, String format) {
    Matcher matcher = pattern.matcher(format);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a format of a figure expected, got " + format);
    }
    return matcher;
  }
}
