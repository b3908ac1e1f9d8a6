package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Checks that the server accepts the configuration files of this repository. */
final class ShippedConfigTest {
  @Test
  void dockerConfig_isRead() {
    Path file = Path.of(System.getProperty("unipin.root", ""), "docker", "server.yaml");
    assertThat(Files.isRegularFile(file)).isTrue();
    ServerConfig config = ConfigReader.read(file, Map.of(), List.of());
    assertThat(config.server().port()).isPositive();
  }
}
