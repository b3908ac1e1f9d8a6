package io.unipin.settings;

import java.time.Duration;

/** A setting whose value is not allowed. The key is relative to the record that refuses it. */
public final class SettingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String key;

  public SettingException(String key, String message) {
    super(message);
    this.key = key;
  }

  public String key() {
    return key;
  }

  /** Refuses a number outside of [least, most]. */
  public static void checkRange(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new SettingException(key, least + " to " + most + " expected, got " + value);
    }
  }

  /** Refuses a number outside of [least, most]. */
  public static void checkRange(String key, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new SettingException(key, least + " to " + most + " expected, got " + value);
    }
  }

  /** Refuses a duration that is not longer than zero. */
  public static void checkPositive(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new SettingException(key, "a duration longer than zero expected, got " + value);
    }
  }

  /** Refuses a duration that is shorter than zero. */
  public static void checkNotNegative(String key, Duration value) {
    if (value.isNegative()) {
      throw new SettingException(key, "a duration of zero or more expected, got " + value);
    }
  }
}
