package io.unipin.cli.loadtest;

import io.unipin.cli.check.CheckException;
import java.time.Duration;

/** Parses durations that the command line contains. */
public final class Times {
  private static final Duration LONGEST = Duration.ofDays(7);

  private Times() {}

  /**
   * Reads a duration such as {@code 50ms}, {@code 1.5s} or {@code 2m}.
   *
   * @param option the option that gives the text, for the message
   */
  public static Duration parse(String option, String text) {
    double nanos = nanos(text);
    if (!(nanos >= 1 && nanos <= LONGEST.toNanos())) {
      throw new CheckException(
          "%s: a time such as 50ms or 2s, at most %sm, expected, got %s"
              .formatted(option, LONGEST.toMinutes(), text));
    }
    return Duration.ofNanos((long) nanos);
  }

  /** Returns the nanoseconds of a text; NaN if the text is no time. */
  private static double nanos(String text) {
    String number = text.replaceFirst("[a-z]+$", "");
    double unit =
        switch (text.substring(number.length())) {
          case "ms" -> 1e6;
          case "s" -> 1e9;
          case "m" -> 60e9;
          default -> Double.NaN;
        };
    try {
      return Double.parseDouble(number) * unit;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
