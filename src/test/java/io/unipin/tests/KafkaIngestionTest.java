package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ActionRecord;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a server records the actions of a topic, with a real broker. */
@Timeout(180)
final class KafkaIngestionTest {
  private static final String ACTIONS = "actions";
  private static final String DEAD = "dead-letters";

  @TempDir static Path shared;

  private static KafkaBroker broker;
  private static TinyServer server;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start(shared.resolve("kafka"));
    broker.createTopic(ACTIONS, 2, Map.of());
    broker.createTopic(DEAD, 1, Map.of());
    server =
        TinyServer.start(
            shared.resolve("server"),
            "kafka.servers=\"" + broker.address() + "\"",
            "kafka.topics.actions=" + ACTIONS,
            "kafka.topics.deadLetters=" + DEAD);
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
    broker.close();
  }

  private static Action action(String event, int item, String name) {
    return Action.newBuilder()
        .setEventId(event)
        .setItemId(TinyServer.FIRST_ID + item)
        .addActions(name)
        .setTimeMs(TinyServer.NOW + item)
        .build();
  }

  private static ActionRecord actions(Action... actions) {
    return ActionRecord.newBuilder()
        .setActions(UserActions.newBuilder().addAllActions(List.of(actions)))
        .build();
  }

  private static ProducerRecord<byte[], byte[]> binary(String user, ActionRecord record) {
    return KafkaBroker.record(ACTIONS, user, record.toByteArray());
  }

  private static ProducerRecord<byte[], byte[]> json(String user, ActionRecord record)
      throws Exception {
    return text(user, JsonFormat.printer().print(record));
  }

  private static ProducerRecord<byte[], byte[]> text(String user, String value) {
    return KafkaBroker.record(ACTIONS, user, value.getBytes(StandardCharsets.UTF_8));
  }

  private static RecordActionsResponse recorded(String user, Action... actions) {
    return server
        .client()
        .recordActions(
            RecordActionsRequest.newBuilder()
                .addUsers(UserActions.newBuilder().setUserId(user).addAllActions(List.of(actions)))
                .build());
  }

  private static List<Long> page(UniPinClient client, String user) {
    return client
        .retrieveAndRank(
            RetrieveAndRankRequest.newBuilder()
                .setUser(UserContext.newBuilder().setUserId(user).setTimeMs(TinyServer.NOW + 1000))
                .build())
        .getItemsList()
        .stream()
        .map(ScoredItem::getItemId)
        .toList();
  }

  /**
   * Waits until the server has taken all records of the topic, including the records of its own
   * calls.
   */
  private static void awaitTaken() throws Exception {
    broker.awaitCommitted(ACTIONS, "unipin");
  }

  private static double counted(String outcome) throws Exception {
    return server.metric(
        "unipin_kafka_records_total{outcome=\"%s\",use=\"actions\"}".formatted(outcome));
  }

  @Test
  void records_binaryAndJson_giveThePagesOfRecordedActions() throws Exception {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ActionRecord record = actions(action("e" + i, 20 + i, "click"));
      records.add(i % 2 == 0 ? binary("by-topic", record) : json("by-topic", record));
      recorded("by-call", action("e" + i, 20 + i, "click"));
    }
    broker.write(records);
    awaitTaken();
    assertThat(page(server.client(), "by-topic"))
        .isEqualTo(page(server.client(), "by-call"))
        .isNotEqualTo(page(server.client(), "nobody"));
    broker.write(records);
    awaitTaken();
    RecordActionsResponse again = recorded("by-topic", action("e0", 20, "click"));
    assertThat(again.getDuplicates()).isEqualTo(1);
    assertThat(page(server.client(), "by-topic")).isEqualTo(page(server.client(), "by-call"));
  }

  @Test
  void retraction_afterAndBeforeItsRecord_takesTheActionBack() throws Exception {
    ActionRecord early = retraction("late");
    broker.write(
        List.of(
            binary("undone", actions(action("first", 5, "click"))),
            json("undone", retraction("first")),
            binary("undone", early),
            binary("undone", actions(action("late", 6, "save")))));
    awaitTaken();
    assertThat(recorded("undone", action("first", 5, "click")).getRecorded()).isZero();
    assertThat(recorded("undone", action("late", 6, "save")).getRecorded()).isZero();
    assertThat(page(server.client(), "undone")).isEqualTo(page(server.client(), "nobody"));
  }

  private static ActionRecord retraction(String event) {
    return ActionRecord.newBuilder()
        .setRetraction(RetractActionsRequest.newBuilder().addEventIds(event))
        .build();
  }

  @Test
  void recordThatCannotBeRead_isKeptWithItsReason_andThePartitionGoesOn() throws Exception {
    double dead = counted("dead_letter");
    broker.write(
        List.of(
            KafkaBroker.record(ACTIONS, "bad", new byte[] {(byte) 0xff, 1, 2}),
            new ProducerRecord<>(ACTIONS, "bad".getBytes(StandardCharsets.UTF_8), null),
            new ProducerRecord<>(ACTIONS, null, actions(action("e", 1, "click")).toByteArray()),
            text("bad", "{\"actions\": {\"unknown\": 1}}"),
            text("bad", "{\"format\": 2, \"actions\": {}}"),
            text("bad", "{}"),
            text("bad", "{\"actions\": {\"userId\": \"other\"}}"),
            binary("bad", actions(action("e", 1, "no such action"))),
            binary("bad", actions(action("", 1, "click"))),
            binary("bad", actions(action("good", 1, "click")))));
    awaitTaken();
    assertThat(counted("dead_letter") - dead).isEqualTo(9);
    assertThat(recorded("bad", action("good", 1, "click")).getDuplicates()).isEqualTo(1);
    List<ConsumerRecord<byte[], byte[]>> kept = broker.read(DEAD);
    assertThat(kept).hasSize(9);
    assertThat(kept.stream().map(record -> header(record, "unipin-reason")))
        .anyMatch(reason -> reason.startsWith("value: an ActionRecord expected"))
        .contains(
            "value: a value expected, got none",
            "key: the user's id expected, got none",
            "format: 1 expected, got 2",
            "value: actions or a retraction expected, got neither",
            "user_id: the record's key or nothing expected, got another")
        .anyMatch(reason -> reason.contains("'no such action'"))
        .anyMatch(reason -> reason.contains("event_id"));
    assertThat(kept)
        .allMatch(record -> header(record, "unipin-place").matches("actions-[01]@\\d+"));
    assertThat(kept.stream().filter(record -> record.key() == null)).hasSize(1);
  }

  @Test
  void recordOlderThanAnErasure_doesNotReviveTheUser() throws Exception {
    double erased = counted("erased");
    recorded("gone", action("e1", 1, "click"));
    server.client().eraseUser("gone");
    broker.write(
        List.of(
            new ProducerRecord<>(
                ACTIONS,
                null,
                System.currentTimeMillis() - TimeUnit.MINUTES.toMillis(1),
                "gone".getBytes(StandardCharsets.UTF_8),
                actions(action("e2", 2, "click")).toByteArray())));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (counted("erased") <= erased) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(page(server.client(), "gone")).isEqualTo(page(server.client(), "nobody"));
    assertThat(recorded("gone", action("e2", 2, "click")).getRecorded()).isEqualTo(1);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void brokerKilledAndStartedAgain_recordsAreTakenAgainByThemselves() throws Exception {
    broker.write(List.of(binary("kept", actions(action("e1", 1, "click")))));
    awaitTaken();
    broker.kill();
    assertThat(page(server.client(), "kept")).isNotEmpty();
    broker.restart();
    broker.write(List.of(binary("kept", actions(action("e2", 2, "click")))));
    awaitTaken();
    assertThat(recorded("kept", action("e2", 2, "click")).getDuplicates()).isEqualTo(1);
  }
}
