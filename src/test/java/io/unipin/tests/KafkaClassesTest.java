package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.client.UniPinClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a server loads Kafka's client only when its settings name Kafka. */
@Timeout(180)
final class KafkaClassesTest {
  @TempDir Path folder;

  private List<String> loaded(String... kafka) throws Exception {
    TinyServer.publish(folder);
    Path log = folder.resolve("classes.log");
    List<String> settings = new ArrayList<>(TinyServer.settings(folder));
    settings.addAll(List.of(kafka));
    try (ServerProcess process =
            ServerProcess.start(
                folder, List.of("-Xmx256m", "-Xlog:class+load:file=" + log), settings);
        UniPinClient client = UniPinClient.connect(process.address())) {
      client.retrieveAndRank(TinyServer.request(1));
      process.terminate();
      assertThat(process.awaitEnd()).isEqualTo(143);
    }
    return Files.readAllLines(log);
  }

  @Test
  void serve_withoutKafka_loadsNoClassOfIt() throws Exception {
    List<String> classes = loaded();
    assertThat(classes).anyMatch(line -> line.contains(" io.unipin.serving.UniPinServer "));
    assertThat(classes).noneMatch(line -> line.contains("org.apache.kafka"));
  }

  @Test
  void serve_withKafkaAway_servesAndStops() throws Exception {
    List<String> classes =
        loaded(
            "kafka.servers=\"127.0.0.1:1\"",
            "kafka.topics.actions=actions",
            "kafka.topics.deadLetters=dead");
    assertThat(classes).anyMatch(line -> line.contains(" org.apache.kafka.clients."));
  }
}
