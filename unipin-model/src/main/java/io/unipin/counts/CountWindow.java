package io.unipin.counts;

import java.time.Duration;

/** A stretch of time before the end of the counts. The constants are ordered longest first. */
enum CountWindow {
  /** Everything that was counted. */
  ALL("all", 0),
  DAYS_28("28d", 28),
  DAYS_7("7d", 7),
  DAYS_1("1d", 1);

  private final String text;
  private final int days;

  CountWindow(String text, int days) {
    this.text = text;
    this.days = days;
  }

  /** Returns the name of the window in files and in names of inputs. */
  String text() {
    return text;
  }

  /** Whether this window holds something that happened {@code ageMs} before the end. */
  boolean holds(long ageMs) {
    return this == ALL || ageMs <= millis();
  }

  /** Whether the window is shorter than a span of time. {@link #ALL} is never shorter. */
  boolean isShorterThan(long spanMs) {
    return this != ALL && millis() < spanMs;
  }

  private long millis() {
    return Duration.ofDays(days).toMillis();
  }
}
