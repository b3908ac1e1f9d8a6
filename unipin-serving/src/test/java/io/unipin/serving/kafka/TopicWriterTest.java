package io.unipin.serving.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.TestServer;
import io.unipin.serving.failure.ServingException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests writes without Kafka. {@code KafkaAwayTest} tests writes with a real Kafka. */
@Timeout(60)
final class TopicWriterTest {
  @TempDir Path folder;

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private TopicWriter writer() throws IOException {
    return new TopicWriter(
        new KafkaClients(
            TestServer.config(
                    folder,
                    "kafka.servers=127.0.0.1:" + closedPort(),
                    "kafka.topics.actions=actions",
                    "kafka.topics.deadLetters=dead",
                    "kafka.patience=1s")
                .kafka()));
  }

  private static void write(TopicWriter writer) {
    write(writer, "actions");
  }

  private static void write(TopicWriter writer, String topic) {
    writer.write(List.of(new ProducerRecord<>(topic, new byte[] {1}, new byte[] {2})));
  }

  /** A caller that gives up must not make the calls of other callers fail. */
  @Test
  void write_callerThatGivesUp_leavesKafkaToOthers() throws IOException {
    try (TopicWriter writer = writer()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> write(writer))
          .isInstanceOf(ServingException.class)
          .hasMessage("the server stops");
      assertThat(Thread.interrupted()).isTrue();
      assertThatThrownBy(() -> write(writer)).hasMessage("Kafka did not confirm a record");
      assertThatThrownBy(() -> write(writer)).hasMessage("Kafka is away");
    }
  }

  /** A topic of logs that is missing must not refuse the writes to the topic of actions. */
  @Test
  void write_whileAnotherTopicFails_isTried() throws IOException {
    try (TopicWriter writer = writer()) {
      assertThatThrownBy(() -> write(writer, "served"))
          .hasMessage("Kafka did not confirm a record");
      assertThatThrownBy(() -> write(writer, "served")).hasMessage("Kafka is away");
      assertThatThrownBy(() -> write(writer)).hasMessage("Kafka did not confirm a record");
      assertThatThrownBy(() -> write(writer)).hasMessage("Kafka is away");
    }
  }

  /** A write of nothing says nothing about Kafka. */
  @Test
  void write_ofNoRecords_changesNothing() throws IOException {
    try (TopicWriter writer = writer()) {
      assertThatThrownBy(() -> write(writer)).hasMessage("Kafka did not confirm a record");
      assertThat(writer.write(List.of())).isEmpty();
      assertThatThrownBy(() -> write(writer)).hasMessage("Kafka is away");
    }
  }
}
