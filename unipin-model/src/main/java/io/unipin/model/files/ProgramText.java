package io.unipin.model.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The text of a program, assembled from its files. Methods read names of tensors, methods and
 * parameters from the text.
 *
 * @param source the text, in which numbers have replaced names such as {@code $float32}
 */
record ProgramText(String source) {
  /**
   * The number for each name. The numbers are libtorch's codes of types, and the program's own
   * codes.
   */
  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("uint8", 0),
          Map.entry("int8", 1),
          Map.entry("int32", 3),
          Map.entry("int64", 4),
          Map.entry("float16", 5),
          Map.entry("float32", 6),
          Map.entry("quint8", 13),
          Map.entry("bfloat16", 15),
          Map.entry("PLAIN", 0),
          Map.entry("BLOCKED", 1),
          Map.entry("INT8", 2),
          Map.entry("OBSERVING", 3),
          Map.entry("HALF", 4),
          Map.entry("EACH", 0),
          Map.entry("PADDED", 1),
          Map.entry("EFFICIENT", 2),
          Map.entry("FLASH", 3));

  /**
   * Matches a string, or a comment with the blanks before it. A string may contain a number sign,
   * which begins no comment.
   */
  private static final Pattern COMMENT = Pattern.compile("(\"[^\"\n]*\")|[ \t]*#.*");

  /** Matches a string, a comment, or a name such as {@code $float32} that stands for a number. */
  private static final Pattern NAME = Pattern.compile("(\"[^\"\n]*\"|#.*)|\\$(\\w+)");

  private static final Pattern TENSOR = Pattern.compile("(?m)^  (\\w+) : Tensor$");
  private static final Pattern METHOD =
      Pattern.compile("(?m)^  def (\\w+)\\(([^)]*)\\)", Pattern.DOTALL);
  private static final Pattern PARAMETER = Pattern.compile("(\\w+)\\s*:");

  /** Assembles the texts of some files. {@code read} provides the text of a file by its name. */
  static ProgramText of(List<String> files, UnaryOperator<String> read) {
    String text = files.stream().map(read).collect(Collectors.joining("\n"));
    return new ProgramText(NAME.matcher(text).replaceAll(ProgramText::numbered));
  }

  private static String numbered(MatchResult match) {
    String name = match.group(2);
    return name == null ? Matcher.quoteReplacement(match.group(1)) : Integer.toString(number(name));
  }

  /** Returns all numbers by name. */
  static Map<String, Integer> numbers() {
    return NUMBERS;
  }

  static int number(String name) {
    Integer number = NUMBERS.get(name);
    if (number == null) {
      throw new IllegalStateException(
          "one of %s expected in the program, got $%s"
              .formatted(NUMBERS.keySet().stream().sorted().toList(), name));
    }
    return number;
  }

  /** Returns the text without comments, blank lines and trailing blanks. */
  String code() {
    String bare = COMMENT.matcher(source).replaceAll(ProgramText::withoutComment);
    return bare.lines()
        .map(String::stripTrailing)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String withoutComment(MatchResult match) {
    String string = match.group(1);
    return string == null ? "" : Matcher.quoteReplacement(string);
  }

  /** Returns the names of the tensors in the order of their declarations. */
  List<String> tensorNames() {
    return TENSOR.matcher(code()).results().map(match -> match.group(1)).toList();
  }

  /** Returns the names of the methods in order. */
  List<String> methods() {
    return METHOD.matcher(code()).results().map(match -> match.group(1)).toList();
  }

  /** Returns the names of a method's parameters in order, without {@code self}. */
  List<String> parameters(String method) {
    String list =
        METHOD
            .matcher(code())
            .results()
            .filter(match -> match.group(1).equals(method))
            .map(match -> match.group(2))
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("a method expected in the program, got " + method));
    List<String> names = new ArrayList<>();
    PARAMETER.matcher(list).results().forEach(match -> names.add(match.group(1)));
    return names;
  }
}
