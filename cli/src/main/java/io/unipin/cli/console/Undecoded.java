package io.unipin.cli.console;

import io.unipin.feedlog.source.Shown;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A text that the JVM could not decode. The JVM decodes the command line and the variables by the
 * charset of the locale, and puts U+FFFD in place of what it can't decode. A command with such a
 * text would concern another user or another file.
 *
 * @param message one line: what was expected, and what came
 * @param next the command to run next
 */
public record Undecoded(String message, String next) {
  private static final char REPLACEMENT = '\uFFFD';
  private static final String OUR_VARIABLES = "UNIPIN_";
  private static final String UTF_8 = "UTF-8";

  /**
   * Returns the first such text; empty if there is none.
   *
   * @param charset the charset of the locale
   */
  public static Optional<Undecoded> find(
      List<String> words, Map<String, String> environment, String charset) {
    Stream<String> arguments =
        words.stream()
            .filter(Undecoded::isUndecoded)
            .map(word -> "an argument in UTF-8 expected, got '%s'".formatted(Shown.value(word)));
    // The message leaves out the value of a variable, because it may be a secret.
    Stream<String> variables =
        environment.entrySet().stream()
            .filter(variable -> variable.getKey().startsWith(OUR_VARIABLES))
            .filter(variable -> isUndecoded(variable.getValue()))
            .map(variable -> variable.getKey() + ": a text in UTF-8 expected, got another")
            .sorted();
    return Stream.concat(arguments, variables).findFirst().map(fault -> of(fault, charset));
  }

  private static Undecoded of(String fault, String charset) {
    return charset.equals(UTF_8)
        ? new Undecoded(fault, CommandText.help("unipin"))
        : new Undecoded(
            "%s; the locale must be one of UTF-8, and its charset is %s".formatted(fault, charset),
            "export LC_ALL=C.UTF-8");
  }

  /** Whether a text holds what stands for bytes that could not be decoded. */
  public static boolean isUndecoded(String text) {
    return text.indexOf(REPLACEMENT) >= 0;
  }
}
