package io.unipin.cli.loadtest;

import java.time.Duration;

/** Parses durations that the command line contains. */
public final class Times {
  private Times() {}

  /** Reads a duration such as {@code 50ms}, {@code 1.5s} or {@code 2m}. */
  public static Duration parse(String text) {
    String number = text.replaceFirst("[a-z]+$", "");
    try {
      double value = Double.parseDouble(number);
      double nanos =
          switch (text.substring(number.length())) {
            case "ms" -> value * 1e6;
            case "s" -> value * 1e9;
            case "m" -> value * 60e9;
            default -> Double.NaN;
          };
      if (nanos > 0) {
        return Duration.ofNanos((long) nanos);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a time such as 50ms or 2s expected, got " + text, e);
    }
    throw new IllegalArgumentException("a time such as 50ms or 2s expected, got " + text);
  }
}
