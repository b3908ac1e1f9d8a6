package io.unipin.settings;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings that can't be used. The message names the file, line and column, or the override, and
 * the key.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

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
   * @param place null if nobody wrote it
   * @param key its path, such as {@code server.port}; empty for settings as a whole
   * @param reason what is expected, and what came
   */
  ConfigException(@Nullable Place place, String key, String reason) {
    super((place == null ? "" : place + ": ") + (key.isEmpty() ? "" : key + ": ") + reason);
    this.place = place;
    this.key = key;
    this.reason = reason;
  }

  /** Returns where the value was written, if that is known. */
  public Optional<Place> place() {
    return Optional.ofNullable(place);
  }

  /** Returns the path of the setting; empty if the complaint is about no single one. */
  public String key() {
    return key;
  }

  /** Returns the message without place and key. */
  public String reason() {
    return reason;
  }
}
