package io.unipin.tests;

import static io.unipin.tests.Waiting.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.kafka.Kafka;
import io.unipin.serving.kafka.KafkaConfig;
import io.unipin.serving.kafka.KafkaSpool;
import io.unipin.serving.kafka.KafkaTopics;
import io.unipin.serving.kafka.TopicReading;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.spans.BatchSpans;
import io.unipin.settings.ByteSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests how a consumer handles the records of a topic while the history store is away. */
@Timeout(180)
final class KafkaAwayTest {
  private static final String DEAD = "dead";

  @TempDir static Path shared;

  private static KafkaBroker broker;

  private final Queue<String> taken = new ConcurrentLinkedQueue<>();
  private volatile String refused = "";

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start(shared);
    broker.createTopic(DEAD, 1, Map.of());
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static KafkaConfig config(String topic) {
    return new KafkaConfig(
        broker.address(),
        false,
        "",
        KafkaConfig.Sasl.NONE,
        "",
        "",
        "group-" + topic,
        true,
        new KafkaTopics(topic, DEAD, "", "", "", ""),
        Duration.ofSeconds(3),
        new KafkaSpool(shared.resolve("spool"), new ByteSize(1 << 20)));
  }

  private boolean take(String user, byte[] value, long timestampMs) {
    String text = user + " " + new String(value, StandardCharsets.UTF_8);
    if (text.startsWith(refused + " ")) {
      throw new ServingException(FailureKind.UNAVAILABLE, "the history store is away");
    }
    return taken.add(text);
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, int partition, int number) {
    byte[] user = ("user" + partition).getBytes(StandardCharsets.UTF_8);
    byte[] value = Integer.toString(number).getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(topic, partition, user, value);
  }

  private static List<ProducerRecord<byte[], byte[]>> records(String topic, int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      records.add(record(topic, 0, i));
      records.add(record(topic, 1, i));
    }
    return records;
  }

  private List<String> takenOf(String user) {
    return taken.stream().filter(text -> text.startsWith(user + " ")).toList();
  }

  private static List<String> expected(String user, int count) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(user + " " + i);
    }
    return all;
  }

  @Test
  void storeAway_itsPartitionPauses_othersGoOn_andAllIsTakenInOrderLater() throws Exception {
    broker.createTopic("pauses", 2, Map.of());
    refused = "user0";
    ServingMetrics metrics = new ServingMetrics();
    try (Kafka kafka = Kafka.connect(config("pauses"), metrics.kafka(), BatchSpans.NONE);
        TopicReading reading = kafka.readActions(this::take)) {
      assertThat(reading).isNotNull();
      broker.write(records("pauses", 0, 5));
      await(() -> takenOf("user1").size() == 5);
      await(() -> metrics.scrape().contains("unipin_kafka_paused{use=\"actions\"} 1.0"));
      await(() -> metrics.scrape().contains("unipin_kafka_lag{use=\"actions\"} 5.0"));
      broker.write(records("pauses", 5, 9));
      await(() -> takenOf("user1").size() == 9);
      assertThat(takenOf("user0")).isEmpty();
      refused = "";
      await(() -> takenOf("user0").size() == 9);
      await(() -> metrics.scrape().contains("unipin_kafka_paused{use=\"actions\"} 0.0"));
      await(() -> metrics.scrape().contains("unipin_kafka_lag{use=\"actions\"} 0.0"));
    }
    assertThat(takenOf("user0")).isEqualTo(expected("user0", 9));
    assertThat(takenOf("user1")).isEqualTo(expected("user1", 9));
    assertThat(broker.read(DEAD)).isEmpty();
    metrics.close();
  }

  @Test
  void stopWhileTheStoreIsAway_theNextStartTakesTheRest() throws Exception {
    broker.createTopic("stops", 2, Map.of());
    refused = "user0";
    ServingMetrics metrics = new ServingMetrics();
    broker.write(records("stops", 0, 3));
    try (Kafka kafka = Kafka.connect(config("stops"), metrics.kafka(), BatchSpans.NONE);
        TopicReading reading = kafka.readActions(this::take)) {
      assertThat(reading).isNotNull();
      await(() -> takenOf("user1").size() == 3);
    }
    refused = "";
    broker.write(records("stops", 3, 4));
    try (Kafka kafka = Kafka.connect(config("stops"), metrics.kafka(), BatchSpans.NONE);
        TopicReading reading = kafka.readActions(this::take)) {
      assertThat(reading).isNotNull();
      await(() -> takenOf("user0").size() == 4);
      await(() -> new HashSet<>(takenOf("user1")).size() == 4);
    }
    assertThat(takenOf("user0")).isEqualTo(expected("user0", 4));
    metrics.close();
  }
}
