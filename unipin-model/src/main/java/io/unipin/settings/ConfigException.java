package io.unipin.settings;

/** A configuration that can't be used. The message names the file, line and column, or the override, and the key. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
