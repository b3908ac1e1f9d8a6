package io.unipin.cli.shell;

import io.unipin.cli.console.Undecoded;
import java.util.ArrayList;
import java.util.List;

/**
 * A line that was typed: a command and its words.
 *
 * @param command first word of the line
 * @param rest the line after the command, without blanks around it
 * @param words the words of {@code rest}. A word in quotes may contain blanks. A backslash takes
 *     the next character as it is.
 */
record Arguments(String command, String rest, List<String> words) {
  /** Reads a line that is not blank. */
  static Arguments of(String line) {
    if (Undecoded.isUndecoded(line)) {
      throw new ShellException(
          "a line in UTF-8 expected, got '" + line.strip() + "'", "the same line in UTF-8");
    }
    String[] parts = line.strip().split("\\s+", 2);
    String rest = parts.length < 2 ? "" : parts[1];
    return new Arguments(parts[0], rest, rest.startsWith("{") ? List.of(rest) : split(rest));
  }

  private static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
        inWord = true;
      } else if (quote != 0) {
        quote = c == quote ? 0 : quote;
        word.append(quote == 0 ? "" : String.valueOf(c));
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new ShellException("a closing " + quote + " expected, got the end of the line", "help");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }

  /** Refuses a number of words outside of [least, most]. {@code synopsis} is the line's form. */
  void require(int least, int most, String synopsis) {
    if (words.size() < least) {
      throw new ShellException(
          synopsis
              + " expected, got "
              + (words.isEmpty() ? "nothing" : "'" + rest + "'")
              + " after "
              + command,
          "help " + command);
    }
    if (words.size() > most) {
      throw new ShellException(
          synopsis + " expected, got '" + words.get(most) + "' beside it", "help " + command);
    }
  }
}
