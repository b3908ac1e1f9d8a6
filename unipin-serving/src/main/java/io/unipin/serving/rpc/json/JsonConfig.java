package io.unipin.serving.rpc.json;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;

/**
 * Settings of the ports for HTTP with JSON: the section {@code json} of a server's settings. The
 * ports are bound to the addresses of the gRPC ports.
 *
 * @param port port of the service's calls; 0 takes a free port
 * @param adminPort port of the administration's calls; 0 takes a free port
 * @param connections number of connections that each port holds open at the same time
 */
public record JsonConfig(boolean enabled, int port, int adminPort, int connections) {
  public JsonConfig {
    checkRange("port", port, 0, 65535);
    checkRange("adminPort", adminPort, 0, 65535);
    checkRange("connections", connections, 1, 65536);
    if (enabled && port != 0 && port == adminPort) {
      throw new SettingException("adminPort", "another port than json.port expected, got " + port);
    }
  }
}
