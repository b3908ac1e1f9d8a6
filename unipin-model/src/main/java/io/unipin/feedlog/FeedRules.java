package io.unipin.feedlog;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rules for the ids, keys, attributes and times of a feed log. Writers, servers, exports, imports
 * and training share these rules, so all of them accept the same values.
 */
public final class FeedRules {
  /** Largest number of characters in an id of a user, event or feedview. */
  public static final int ID_CHARS = 256;

  /** Largest number of UTF-8 bytes in an item's key. */
  public static final int KEY_BYTES = 256;

  /** Largest number of attributes of an item. */
  public static final int ATTRIBUTES = 256;

  /** Largest number of UTF-8 bytes in one attribute of an item. */
  public static final int ATTRIBUTE_BYTES = 256;

  /**
   * The beginning of the year 2100 in milliseconds since 1970. A later time must be in another
   * unit.
   */
  public static final long END_MS = 4_102_444_800_000L;

  /** Text that error messages use for a valid time. */
  public static final String TIME = "milliseconds between 1970 and 2100";

  /*
   * Bounds of times from 2000 to 2100 in seconds since 1970. If these seconds are read as
   * milliseconds, they are times in January and February 1970.
   */
  private static final long FIRST_SECONDS = 946_684_800L;
  private static final long LAST_SECONDS = 4_102_444_800L;

  private FeedRules() {}

  /** Returns the rule that an id breaks; empty if the id is valid. */
  public static Optional<String> idFault(@Nullable String id) {
    if (id == null || id.isBlank()) {
      return Optional.of("an id that is not blank");
    }
    if (id.length() > ID_CHARS) {
      return Optional.of("an id of 1 to " + ID_CHARS + " characters");
    }
    if (id.chars().anyMatch(Character::isISOControl)) {
      return Optional.of("an id without control characters");
    }
    return isWhole(id) ? Optional.empty() : Optional.of("an id of whole characters");
  }

  /**
   * Returns the rule that an item's key breaks; empty for a valid key. Keys are compared as they
   * are, so case and blanks count.
   */
  public static Optional<String> keyFault(@Nullable String key) {
    return nameFault(key, "a key", KEY_BYTES);
  }

  /**
   * Returns the rule that an item's attributes break; empty if they are valid. Attributes are
   * compared as they are, so case and blanks count.
   */
  public static Optional<String> attributesFault(
      Collection<? extends @Nullable String> attributes) {
    if (attributes.size() > ATTRIBUTES) {
      return Optional.of("at most " + ATTRIBUTES + " attributes");
    }
    return attributes.stream()
        .flatMap(each -> nameFault(each, "an attribute", ATTRIBUTE_BYTES).stream())
        .findFirst();
  }

  private static Optional<String> nameFault(@Nullable String name, String what, int most) {
    if (name == null || name.isBlank()) {
      return Optional.of(what + " that is not blank");
    }
    if (name.length() > most || name.getBytes(StandardCharsets.UTF_8).length > most) {
      return Optional.of(what + " of 1 to " + most + " bytes of UTF-8");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      return Optional.of(what + " without control characters");
    }
    return isWhole(name) ? Optional.empty() : Optional.of(what + " of whole characters");
  }

  /**
   * Whether a text has no half of a surrogate pair. A writer of UTF-8 replaces such a half by "?".
   */
  public static boolean isWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean isPair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!isPair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** Whether a number of milliseconds is a valid time of a feed log. */
  public static boolean isTime(long timeMs) {
    return timeMs >= 0 && timeMs <= END_MS;
  }

  /**
   * Whether a number that should be milliseconds is probably a present-day time in seconds. A feed
   * log may contain such a number, but live calls refuse it.
   */
  public static boolean looksLikeSeconds(long timeMs) {
    return timeMs >= FIRST_SECONDS && timeMs <= LAST_SECONDS;
  }
}
