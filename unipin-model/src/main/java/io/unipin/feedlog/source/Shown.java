package io.unipin.feedlog.source;

import java.util.regex.Pattern;

/** Makes text from users safe to show: no control characters, and bounded in length. */
public final class Shown {
  private static final int VALUE_CHARACTERS = 80;
  private static final int LINE_CHARACTERS = 4_000;

  /**
   * Matches control characters, line separators, and marks that change the direction of writing.
   */
  private static final Pattern HARMFUL =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069\\uFEFF\\uFFFF]");

  private Shown() {}

  /** Returns a value for a message, at most 80 characters long. */
  public static String value(String text) {
    return bounded(text, VALUE_CHARACTERS);
  }

  /** Returns a whole message on one line. */
  public static String line(String text) {
    return bounded(text, LINE_CHARACTERS);
  }

  private static String bounded(String text, int characters) {
    boolean fits = text.length() <= characters;
    String start = fits ? text : text.substring(0, end(text, characters));
    return HARMFUL.matcher(start).replaceAll("�") + (fits ? "" : "…");
  }

  /** Returns where to cut a text, so that no surrogate pair is split. */
  private static int end(String text, int characters) {
    return Character.isHighSurrogate(text.charAt(characters - 1)) ? characters - 1 : characters;
  }
}
