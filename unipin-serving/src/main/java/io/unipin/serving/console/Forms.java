package io.unipin.serving.console;

import io.unipin.feedlog.FeedRules;
import io.unipin.serving.failure.ServingException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks the values of a form that the console's page sent. */
final class Forms {
  private Forms() {}

  static String user(@Nullable String user) {
    Optional<String> fault = FeedRules.idFault(user);
    if (user == null || fault.isPresent()) {
      throw ServingException.invalid("user", "a user's id expected: " + fault.orElse(""));
    }
    return user;
  }

  static void checkTime(String field, long timeMs) {
    if (!FeedRules.isTime(timeMs) || FeedRules.looksLikeSeconds(timeMs)) {
      throw ServingException.invalid(field, FeedRules.TIME + " expected, got " + timeMs);
    }
  }

  static void checkRange(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw ServingException.invalid(
          field, "%s to %s expected, got %s".formatted(least, most, value));
    }
  }
}
