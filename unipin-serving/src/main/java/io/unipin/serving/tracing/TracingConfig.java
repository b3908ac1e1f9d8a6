package io.unipin.serving.tracing;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;

/**
 * Settings of tracing.
 *
 * @param endpoint URL of a collector that accepts OTLP over gRPC
 * @param share share of traced calls among the calls whose caller did not decide about tracing, 0
 *     to 1
 * @param service name of this server in traces
 */
public record TracingConfig(boolean enabled, String endpoint, double share, String service) {
  public TracingConfig {
    if (!endpoint.matches("https?://[A-Za-z0-9._\\[\\]:-]+(/.*)?")) {
      throw new SettingException(
          "endpoint", "an address such as http://127.0.0.1:4317 expected, got '" + endpoint + "'");
    }
    checkRange("share", share, 0.0, 1.0);
    if (service.isBlank()) {
      throw new SettingException("service", "a name expected, got nothing");
    }
  }
}
