package io.unipin.serving.console;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;

/**
 * Settings of the console.
 *
 * @param host address to listen on; the console shows data about users, so every address except
 *     loopback requires tokens
 * @param port port number; 0 takes a free port
 */
public record ConsoleConfig(boolean enabled, String host, int port) {
  public ConsoleConfig {
    if (host.isBlank()) {
      throw new SettingException("host", "a host name or address expected, got nothing");
    }
    checkRange("port", port, 0, 65535);
  }
}
