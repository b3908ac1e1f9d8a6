package io.unipin.cli.console;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of an error message.
 *
 * <p>All messages have one grammar: {@code PLACE: X expected, got Y; did you mean 'Z'?} Each part
 * may be missing. A part that the message lacks is empty.
 *
 * @param place where the mistake is: an option, a setting, a field of a request, or a file with its
 *     line
 * @param expected what was expected there
 * @param got what came
 * @param nearest the known name for which the wrong name may stand
 */
record ErrorLine(String place, String expected, String got, String nearest) {
  private static final Pattern NEAREST = Pattern.compile(";? did you mean '([^']*)'\\?");

  /** Matches one part of a place at the beginning of a message. */
  private static final Pattern PLACE =
      Pattern.compile(
          "^(\\S+|\\S+ (?:line|row) \\d+(?:, column \\S+)?|--(?:set|address|admin|server) \\S+|column \\S+|bundle \\S+)"
              + "(?: can't be written)?: ");

  private static final Pattern UNKNOWN_KEY =
      Pattern.compile("unknown key; known here are (\\[[^\\]]*\\])");
  private static final String NO_BUNDLE = "no such bundle";
  private static final Pattern EXPECTED =
      Pattern.compile("^(.*?) expected(?!\\w).*?(?:[,;] got (.*))?$");

  /** Matches the explanation that some messages add after a value. */
  private static final Pattern EXPLANATION =
      Pattern.compile("(, which |: taken by |; | \\(see |, row as mapped|, known are ).*$");

  static ErrorLine of(String message) {
    Matcher hint = NEAREST.matcher(message);
    String nearest = hint.find() ? hint.group(1) : "";
    String rest = NEAREST.matcher(message).replaceAll("");
    StringBuilder place = new StringBuilder();
    Matcher part = PLACE.matcher(rest);
    while (part.find()) {
      place.append(place.isEmpty() ? "" : ": ").append(part.group(1));
      rest = rest.substring(part.end());
      part = PLACE.matcher(rest);
    }
    Matcher unknown = UNKNOWN_KEY.matcher(rest);
    if (unknown.find()) {
      String key = place.substring(place.lastIndexOf(" ") + 1);
      String name = key.substring(key.lastIndexOf('.') + 1);
      return new ErrorLine(place.toString(), "one of " + unknown.group(1), name, nearest);
    }
    if (rest.equals(NO_BUNDLE)) {
      String name = place.substring(place.lastIndexOf(" ") + 1);
      return new ErrorLine(place.toString(), "a bundle of the server's folder", name, nearest);
    }
    Matcher expected = EXPECTED.matcher(rest);
    if (!expected.find()) {
      return new ErrorLine(place.toString(), "", "", nearest);
    }
    String got = expected.group(2) == null ? "" : expected.group(2);
    return new ErrorLine(place.toString(), expected.group(1), value(got), nearest);
  }

  /** Returns a value without the text that explains it, and without quotes around it. */
  private static String value(String got) {
    String plain = EXPLANATION.matcher(got).replaceFirst("");
    boolean quoted =
        plain.length() > 1
            && "'\"".indexOf(plain.charAt(0)) >= 0
            && plain.charAt(0) == plain.charAt(plain.length() - 1);
    return quoted ? plain.substring(1, plain.length() - 1) : plain;
  }
}
