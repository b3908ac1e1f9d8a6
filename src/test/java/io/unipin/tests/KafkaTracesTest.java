package io.unipin.tests;

import static io.unipin.tests.Waiting.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserActions;
import io.unipin.serving.kafka.Kafka;
import io.unipin.serving.kafka.KafkaConfig;
import io.unipin.serving.kafka.KafkaSpool;
import io.unipin.serving.kafka.KafkaTopics;
import io.unipin.serving.kafka.TopicReading;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.spans.BatchSpans;
import io.unipin.serving.spans.EngineCall;
import io.unipin.serving.spans.EngineCalls;
import io.unipin.serving.spans.FinishedBatch;
import io.unipin.serving.user.ActionJournal;
import io.unipin.settings.ByteSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that each batch of records has a trace, which is linked to the traces of the records'
 * writers.
 */
@Timeout(180)
final class KafkaTracesTest {
  private static final String TRACEPARENT = "traceparent";

  @TempDir static Path shared;
  @TempDir Path folder;

  private static KafkaBroker broker;

  private final List<FinishedBatch> batches = new CopyOnWriteArrayList<>();
  private final BatchSpans spans =
      new BatchSpans() {
        @Override
        public boolean enabled() {
          return true;
        }

        @Override
        public void record(FinishedBatch batch) {
          batches.add(batch);
        }
      };

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start(shared.resolve("kafka"));
    broker.createTopic("dead", 1, Map.of());
  }

  @AfterAll
  static void stop() {
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
        new KafkaTopics(topic, "dead", "", "", "", ""),
        Duration.ofSeconds(3),
        new KafkaSpool(shared.resolve("spool"), new ByteSize(1 << 20)));
  }

  private static String context(int number) {
    return "00-0af7651916cd43dd8448eb211c8%05x-b7ad6b716920%04x-01".formatted(number, number);
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, String context) {
    ProducerRecord<byte[], byte[]> record = KafkaBroker.record(topic, "u", new byte[] {1});
    record.headers().add(TRACEPARENT, context.getBytes(StandardCharsets.UTF_8));
    return record;
  }

  private int messages() {
    return batches.stream().mapToInt(FinishedBatch::messages).sum();
  }

  private static boolean take(String user, byte[] value, long timestampMs) {
    EngineCalls.add(new EngineCall("redis", "history append", 1, 2, Map.of()));
    return true;
  }

  @Test
  void batch_linksToItsWriters_withinBounds() throws Exception {
    broker.createTopic("batches", 1, Map.of());
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(record("batches", "no context"));
    records.add(KafkaBroker.record("batches", "u", new byte[] {1}));
    for (int i = 0; i < 200; i++) {
      records.add(record("batches", context(i / 2)));
    }
    broker.write(records);
    ServingMetrics metrics = new ServingMetrics();
    try (Kafka kafka = Kafka.connect(config("batches"), metrics.kafka(), spans);
        TopicReading reading = kafka.readActions(KafkaTracesTest::take)) {
      assertThat(reading).isNotNull();
      await(() -> messages() == 202);
    }
    FinishedBatch first = batches.get(0);
    assertThat(first.source()).isEqualTo(new FinishedBatch.Topic("batches", "group-batches"));
    assertThat(first.failure()).isEmpty();
    assertThat(first.endNanos()).isGreaterThan(first.beginNanos());
    assertThat(first.engineCalls()).isNotEmpty();
    assertThat(batches)
        .allSatisfy(
            batch ->
                assertThat(batch.writers())
                    .hasSizeLessThanOrEqualTo(32)
                    .doesNotHaveDuplicates()
                    .allMatch(writer -> writer.startsWith("00-0af7651916cd43dd8448eb211c8")));
    assertThat(batches.stream().mapToInt(batch -> batch.writers().size()).sum()).isPositive();
    metrics.close();
  }

  @Test
  void recordsOfACall_nameItsTrace() throws Exception {
    broker.createTopic("calls", 1, Map.of());
    ServingMetrics metrics = new ServingMetrics();
    try (Kafka kafka = Kafka.connect(config("calls"), metrics.kafka(), spans);
        TopicReading reading = kafka.readActions(KafkaTracesTest::take)) {
      assertThat(reading).isNotNull();
      EngineCalls.open(context(7));
      kafka.journal().write(() -> List.of(new ActionJournal.Entry("u", new byte[] {1})));
      EngineCalls.close();
      kafka.journal().write(() -> List.of(new ActionJournal.Entry("u", new byte[] {1})));
      await(() -> messages() == 2);
    }
    assertThat(batches.stream().flatMap(batch -> batch.writers().stream()))
        .containsExactly(context(7));
    metrics.close();
  }

  @Test
  void callOfAServer_passesTheCallersContextOn() throws Exception {
    broker.createTopic("served", 1, Map.of());
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of(TRACEPARENT, Metadata.ASCII_STRING_MARSHALLER), context(9));
    try (TinyServer server =
        TinyServer.start(
            folder,
            "kafka.servers=\"" + broker.address() + "\"",
            "kafka.spool.folder=" + folder.resolve("spool"),
            "kafka.topics.actions=served",
            "kafka.topics.deadLetters=dead",
            "tracing.enabled=true",
            "tracing.endpoint=http://127.0.0.1:1")) {
      ManagedChannel channel =
          ManagedChannelBuilder.forTarget(server.address()).usePlaintext().build();
      try {
        UniPinGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .recordActions(
                RecordActionsRequest.newBuilder()
                    .addUsers(
                        UserActions.newBuilder()
                            .setUserId("u")
                            .addActions(
                                Action.newBuilder()
                                    .setEventId("e")
                                    .setItemId(TinyServer.FIRST_ID)
                                    .addActions("click")
                                    .setTimeMs(TinyServer.NOW)))
                    .build());
      } finally {
        channel.shutdownNow();
      }
    }
    ConsumerRecord<byte[], byte[]> written = broker.read("served").get(0);
    assertThat(
            new String(written.headers().lastHeader(TRACEPARENT).value(), StandardCharsets.UTF_8))
        .isEqualTo(context(9));
  }
}
