package io.unipin.feedlog;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which ids and times a feed log may hold. One definition for all that writes, serves, exports, imports and trains: what one of them
 * takes no other refuses.
 */
public final class FeedRules {
  /** Characters of an id of a user, an event, a feedview or a request. */
  public static final int ID_CHARS = 256;

  /** The beginning of the year 2100: a time from then on is in another unit. */
  public static final long END_MS = 4_102_444_800_000L;

  /** What stands in messages. */
  public static final String TIME = "milliseconds between 1970 and 2100";

  /* From 2000 to 2100 in seconds is January and February 1970 in milliseconds. */
  private static final long FIRST_SECONDS = 946_684_800L;
  private static final long LAST_SECONDS = 4_102_444_800L;

  private FeedRules() {}

  /** What is expected of an id and missing in this one; empty for a valid one. */
  public static Optional<String> idFault(@Nullable String id) {
    if (id == null || id.isBlank()) {
      return Optional.of("an id that is not blank");
    }
    if (id.length() > ID_CHARS) {
      return Optional.of("an id of 1 to " + ID_CHARS + " characters");
    }
    return id.chars().anyMatch(Character::isISOControl)
        ? Optional.of("an id without control characters")
        : Optional.empty();
  }

  /** Whether milliseconds are a time of a feed log. */
  public static boolean isTime(long timeMs) {
    return timeMs >= 0 && timeMs <= END_MS;
  }

  /** Whether a number of milliseconds is the present in seconds. A feed log may hold such times, a live call does not. */
  public static boolean looksLikeSeconds(long timeMs) {
    return timeMs >= FIRST_SECONDS && timeMs <= LAST_SECONDS;
  }
}
