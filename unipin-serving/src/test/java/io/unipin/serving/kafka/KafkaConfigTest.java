package io.unipin.serving.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.settings.ConfigReader;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KafkaConfigTest {
  @TempDir Path folder;

  private static KafkaConfig read(String... settings) {
    return ConfigReader.read(Map.of(), List.of(settings)).kafka();
  }

  @Test
  void read_defaults_useNoKafka() {
    assertThat(read().isOn()).isFalse();
    assertThat(read("kafka.servers=\"a:9092,b:9092\"").isOn()).isFalse();
    assertThat(read("kafka.servers=\"a:9092\"", "kafka.topics.served=pages").isOn()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kafka.servers=somewhere | kafka.servers: host:port, more of them after commas, expected, got 'somewhere'
          kafka.topics.served=pages | kafka.servers: servers expected beside kafka.topics, got none
          kafka.authorities=ca.pem | kafka.authorities: tls: true expected beside it, got false
          kafka.sasl=SCRAM_SHA_512 | kafka.user: a name beside sasl expected, got none
          kafka.user=me | kafka.user: sasl beside it expected
          kafka.group=a b | kafka.group: 1 to 249 letters, digits, dots, dashes expected, got 'a b'
          kafka.patience=10ms | kafka.patience: at least 1 s expected, got PT0.01S
          kafka.topics.actions=actions | kafka.topics.deadLetters: actions and deadLetters, or neither, expected; got one
          kafka.topics.items=a/b | kafka.topics.items: 1 to 249 letters, digits, dots, dashes expected, got 'a/b'
          kafka.spool.maxBytes=1KiB | kafka.spool.maxBytes: 1048576 to 1099511627776 expected, got 1024
          """)
  void read_wrongSetting_isRefusedByItsName(String setting, String message) {
    assertThatThrownBy(() -> read(setting))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void read_oneTopicForTwoUses_isRefused() {
    assertThatThrownBy(
            () -> read("kafka.servers=\"a:9092\"", "kafka.topics.served=t", "kafka.topics.items=t"))
        .hasMessageContaining("kafka.topics.items: another topic than that of served expected");
  }

  private static List<String> login(Path password) {
    return new ArrayList<>(
        List.of(
            "kafka.servers=\"a:9092\"",
            "kafka.topics.served=t",
            "kafka.tls=true",
            "kafka.sasl=PLAIN",
            "kafka.user=me",
            "kafka.passwordFile=" + password));
  }

  @Test
  void password_isTheFirstLineOfItsFile() throws IOException {
    Path file = folder.resolve("password");
    Files.writeString(file, "secret \"\\ word\nnot this\n");
    KafkaConfig config = ConfigReader.read(Map.of(), login(file)).kafka();
    assertThat(KafkaClients.password(config)).isEqualTo("secret \"\\ word");
    assertThat(config.toString()).doesNotContain("secret");
    Files.writeString(file, "\n");
    assertThatThrownBy(() -> KafkaClients.password(config))
        .hasMessage("kafka.passwordFile: a password in the first line expected");
    Files.delete(file);
    assertThatThrownBy(() -> KafkaClients.password(config))
        .hasMessage("kafka.passwordFile: a file that can be read expected");
  }

  @Test
  void read_passwordWithoutTls_isRefused() {
    List<String> settings = login(folder);
    settings.remove("kafka.tls=true");
    assertThatThrownBy(() -> ConfigReader.read(Map.of(), settings))
        .hasMessageContaining("kafka.tls: true expected with sasl PLAIN, got false");
  }
}
