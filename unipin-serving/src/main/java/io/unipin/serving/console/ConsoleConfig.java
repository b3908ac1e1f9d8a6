package io.unipin.serving.console;

import static io.unipin.serving.SettingException.checkRange;

import io.unipin.serving.SettingException;
import java.nio.file.Path;

/**
 * Settings of the console.
 *
 * @param host address to listen on; what the console shows is of users, so anything but loopback needs a token
 * @param port 0 takes a free one
 * @param tokenFile file with the token that the page asks for; empty for none
 */
public record ConsoleConfig(boolean enabled, String host, int port, Path tokenFile) {
  public ConsoleConfig {
    if (host.isBlank()) {
      throw new SettingException("host", "a host name or address expected, got nothing");
    }
    checkRange("port", port, 0, 65535);
  }
}
