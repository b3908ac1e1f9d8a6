package io.unipin.cli.check;

import java.time.Duration;
import java.time.Instant;

/**
 * Checks durations and times that are given by options. Within these bounds, all sums of times and
 * durations fit into milliseconds.
 */
public final class OptionTimes {
  private static final Duration LONGEST = Duration.ofDays(36_500);
  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private OptionTimes() {}

  /** Refuses a duration that is not longer than zero, or longer than a hundred years. */
  public static void requireDuration(String option, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw new CheckException(
          "%s: a duration longer than zero, at most P%sD, expected, got %s"
              .formatted(option, LONGEST.toDays(), value));
    }
  }

  /** Refuses a time before 1970 or after the year 9999. */
  public static void requireTime(String option, Instant value) {
    if (value.isBefore(FIRST) || value.isAfter(LAST)) {
      throw new CheckException(
          "%s: a time from %s to %s expected, got %s".formatted(option, FIRST, LAST, value));
    }
  }
}
