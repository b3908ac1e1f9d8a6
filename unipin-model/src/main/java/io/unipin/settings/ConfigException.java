package io.unipin.settings;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings that can't be used. The message names the key and the place: file, line and column, or
 * the override.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int MAX_PLACE = 500;
  private static final int MAX_KEY = 200;
  private static final int MAX_REASON = 1000;

  private final transient @Nullable Place place;
  private final String key;
  private final String reason;

  public ConfigException(String message) {
    super(message);
    this.place = null;
    this.key = "";
    this.reason = message;
  }

  public ConfigException(String message, Throwable cause) {
    this(message);
    initCause(cause);
  }

  /**
   * Refuses a value.
   *
   * @param place where the value was written; null if nobody wrote it
   * @param key path of the setting, such as {@code server.port}; empty if the error is about the
   *     settings as a whole
   * @param reason what is expected, and what came
   */
  ConfigException(@Nullable Place place, String key, String reason) {
    super(line(place, key, reason));
    this.place = place;
    this.key = key;
    this.reason = reason;
  }

  /** Returns one line of bounded length, even if a hostile key or value has unusual characters. */
  private static String line(@Nullable Place place, String key, String reason) {
    String where = place == null ? "" : shortened(place.toString(), MAX_PLACE) + ": ";
    String what = key.isEmpty() ? "" : shortened(key, MAX_KEY) + ": ";
    return (where + what + shortened(reason, MAX_REASON)).replaceAll("\\p{Cntrl}|\\R", " ");
  }

  /** Shortens a text that exceeds the maximum length. */
  public static String shortened(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + "…";
  }

  /** Returns where the value was written, if that is known. */
  public Optional<Place> place() {
    return Optional.ofNullable(place);
  }

  /** Returns the path of the setting; empty if the error is about no single setting. */
  public String key() {
    return key;
  }

  /** Returns the message without place and key. */
  public String reason() {
    return reason;
  }
}
