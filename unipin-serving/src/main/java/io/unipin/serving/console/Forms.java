package io.unipin.serving.console;

import io.unipin.serving.ServingException;
import org.jspecify.annotations.Nullable;

/** Checks of what comes from a form. */
final class Forms {
  private static final int MAX_USER = 256;

  private Forms() {}

  static String user(@Nullable String user) {
    if (user == null || user.isBlank() || user.length() > MAX_USER) {
      throw ServingException.invalid("user", "a user id of 1 to 256 characters expected");
    }
    if (user.chars().anyMatch(Character::isISOControl)) {
      throw ServingException.invalid("user", "an id without control characters expected");
    }
    return user;
  }

  static void checkRange(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw ServingException.invalid(
          field, "%d to %d expected, got %d".formatted(least, most, value));
    }
  }
}
