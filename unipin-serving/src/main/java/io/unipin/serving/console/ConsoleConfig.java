package io.unipin.serving.console;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;

/**
 * Settings of the console.
 *
 * @param host address to listen on; what the console shows is of users, so anything but loopback needs tokens
 * @param port 0 takes a free one
 */
public record ConsoleConfig(boolean enabled, String host, int port) {
  public ConsoleConfig {
    if (host.isBlank()) {
      throw new SettingException("host", "a host name or address expected, got nothing");
    }
    checkRange("port", port, 0, 65535);
  }
}
