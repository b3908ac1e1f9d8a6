package io.unipin.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes command lines that a reader can paste into a shell. */
final class CommandText {
  private static final String PROGRAM = "./unipin";
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

  /**
   * Largest number of characters of a corrected command line. A longer line would not help the
   * reader.
   */
  private static final int LONGEST = 600;

  private CommandText() {}

  static String of(List<String> arguments) {
    StringBuilder text = new StringBuilder(PROGRAM);
    arguments.forEach(word -> text.append(' ').append(quoted(word)));
    return text.toString();
  }

  /** Returns the command that prints the help of a command, such as {@code unipin serve}. */
  static String help(String qualifiedName) {
    return "./" + qualifiedName + " --help";
  }

  /**
   * Returns the command line with the right word in place of the first wrong word. Returns empty if
   * no argument has the wrong word, or if the command line is long. The wrong word may be the whole
   * argument, the name before {@code =}, or the end of a dotted name or of a path.
   */
  static String corrected(List<String> arguments, String wrong, String right) {
    if (wrong.isEmpty()) {
      return "";
    }
    Pattern word =
        Pattern.compile("(?<![\\p{Alnum}_-])" + Pattern.quote(wrong) + "(?![\\p{Alnum}_-])");
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (word.matcher(argument).find()) {
        List<String> all = new ArrayList<>(arguments);
        all.set(i, word.matcher(argument).replaceFirst(Matcher.quoteReplacement(right)));
        String text = of(all);
        return text.length() <= LONGEST ? text : "";
      }
    }
    return "";
  }

  static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
