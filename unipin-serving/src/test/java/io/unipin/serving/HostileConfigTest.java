package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.settings.ConfigReader;
import io.unipin.settings.ConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a start with a hostile configuration file ends with an error of one line. */
@Timeout(60)
final class HostileConfigTest {
  @TempDir Path folder;

  @Test
  void read_aliasesOfAliases_doNotGrow() throws Exception {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int level = 1; level < 12; level++) {
      String alias = "*a" + (level - 1) + ", ";
      yaml.append("a%d: &a%d [%s]\n".formatted(level, level, alias.repeat(10)));
    }
    assertRefused(yaml.toString());
  }

  @Test
  void read_depthSizeAndNumbersBeyondReason_areRefused() throws Exception {
    assertRefused("server: " + "[".repeat(100_000));
    assertRefused("server: " + "{a: ".repeat(20_000) + "1" + "}".repeat(20_000));
    assertRefused("server:\n  port: " + "9".repeat(5000) + "\n");
    assertRefused("server:\n  port: 1e999999999\n");
    assertRefused("cache:\n  budget: 99999999999999999999GiB\n");
    assertRefused("page:\n  size: -2147483648\n");
    assertRefused("admission:\n  burstWait: PT99999999999999999999H\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server: !!javax.script.ScriptEngineManager [!!java.net.URL ['http://127.0.0.1/']]",
        "bundle:\n  name: ../../etc\n",
        "bundle:\n  name: \"a\\0b\"\n",
        "server:\n  port: 1\n  port: 2\n",
        "server: 1\nserver: 2\n",
        "? [a, b]\n: c\n",
        "- a\n- b\n",
        "server:\n\tport: 1\n",
        "\u0000",
        "--- a\n--- b\n",
        "security:\n  tokens: [a]\n",
        "security:\n  clientCertificates: EVERYBODY\n",
        "server:\n  host: \"\"\n"
      })
  void read_hostileText_isRefused(String yaml) throws Exception {
    assertRefused(yaml);
  }

  @Test
  void read_anyBytes_isRefusedOrRead() throws Exception {
    Random random = new Random(3);
    Path file = folder.resolve("server.yaml");
    byte[] base = "server:\n  port: 9000\n  host: localhost\n".getBytes(StandardCharsets.UTF_8);
    for (int trial = 0; trial < 500; trial++) {
      byte[] bytes = base.clone();
      for (int i = 0; i < 1 + trial % 5; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, bytes);
      try {
        ConfigReader.read(file, Map.of(), List.of());
      } catch (ConfigException e) {
        assertThat(e.getMessage()).as("trial %s", trial).isNotEmpty();
      }
    }
  }

  private void assertRefused(String yaml) throws Exception {
    Path file = Files.writeString(folder.resolve("server.yaml"), yaml);
    assertThatThrownBy(() -> ConfigReader.read(file, Map.of(), List.of()))
        .isInstanceOf(ConfigException.class)
        .message()
        .hasSizeLessThan(2000)
        .doesNotContain("\n");
  }
}
