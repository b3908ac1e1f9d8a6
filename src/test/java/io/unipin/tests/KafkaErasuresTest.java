package io.unipin.tests;

import static io.unipin.tests.Waiting.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.RequestException;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ActionRecord;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.serving.erasure.ErasureReplay.Unreadable;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.kafka.KafkaConfig;
import io.unipin.serving.kafka.TopicLogs;
import io.unipin.serving.security.SecretFile;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that an erasure reaches all replicas through a topic, and that nothing restores the user's
 * data. Each replica keeps histories on its own disk, and reads all actions.
 */
@Timeout(240)
final class KafkaErasuresTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start(shared.resolve("kafka"));
    broker.createTopic("dead", 1, Map.of());
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static void createTopics(String name) throws Exception {
    broker.createTopic("actions-" + name, 2, Map.of());
    broker.createTopic("erasures-" + name, 1, Map.of("cleanup.policy", "compact"));
  }

  private String secrets() throws Exception {
    Path file = folder.resolve("secrets");
    Files.writeString(file, Base64.getEncoder().encodeToString(new byte[32]) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file.toString();
  }

  /**
   * Returns settings of a replica with a consumer group of its own, so that the replica reads all
   * records of the topic.
   */
  private List<String> settings(String name, String topics) throws Exception {
    Path own = folder.resolve(name);
    List<String> settings = new ArrayList<>(TinyServer.settings(own));
    settings.addAll(
        List.of(
            "items.folder=" + own.resolve("items"),
            "servedLog.enabled=true",
            "servedLog.folder=" + own.resolve("served"),
            "security.secretFile=" + secrets(),
            "kafka.servers=\"" + broker.address() + "\"",
            "kafka.group=" + topics + "-" + name,
            "kafka.spool.folder=" + own.resolve("spool"),
            "kafka.topics.actions=actions-" + topics,
            "kafka.topics.deadLetters=dead",
            "kafka.topics.erasures=erasures-" + topics));
    return settings;
  }

  private TinyServer server(String name, String topics) throws Exception {
    return TinyServer.start(folder.resolve(name), settings(name, topics).toArray(String[]::new));
  }

  private static UserActions action(String user, String event, long timeMs) {
    return UserActions.newBuilder()
        .setUserId(user)
        .addActions(
            Action.newBuilder()
                .setEventId(event)
                .setItemId(TinyServer.FIRST_ID)
                .addActions("click")
                .setTimeMs(timeMs))
        .build();
  }

  private static RecordActionsResponse record(TinyServer server, String user, String event) {
    return server
        .client()
        .recordActions(
            RecordActionsRequest.newBuilder()
                .addUsers(action(user, event, System.currentTimeMillis()))
                .build());
  }

  private static String metric(String use, String outcome) {
    return "unipin_kafka_records_total{outcome=\"%s\",use=\"%s\"}".formatted(outcome, use);
  }

  private static void awaitMetric(TinyServer server, String use, String outcome, double least)
      throws Exception {
    String name = metric(use, outcome);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (server.metric(name) < least) {
      assertThat(System.nanoTime()).as(name + " " + server.metric(name)).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private long lifetime(String name, String user) {
    return lifetime(folder.resolve(name).resolve("history"), user);
  }

  private static long lifetime(Path history, String user) {
    try (HistoryStore store = HistoryStore.open(new HistoryConfig(history, 4096, false))) {
      return store.read(user).lifetime();
    }
  }

  private String log(String name) throws Exception {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder.resolve(name).resolve("served"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @Test
  void erasure_atOneReplica_reachesAll_andOldRecordsDoNotReviveTheUser() throws Exception {
    createTopics("all");
    long before = System.currentTimeMillis();
    try (TinyServer one = server("one", "all");
        TinyServer other = server("other", "all")) {
      record(one, "gone", "e1");
      record(one, "stays", "e1");
      awaitMetric(other, "actions", "taken", 2);
      awaitMetric(one, "actions", "taken", 2);
      TimeUnit.MILLISECONDS.sleep(5);
      assertThat(one.client().eraseUser("gone")).isTrue();
      awaitMetric(other, "erasures", "taken", 1);
      // the topic delivers the old record again, and then a new record with an old action
      byte[] key = "gone".getBytes(StandardCharsets.UTF_8);
      byte[] old =
          ActionRecord.newBuilder().setActions(action("gone", "e1", before)).build().toByteArray();
      broker.write(
          List.of(
              new ProducerRecord<>("actions-all", null, before, key, old),
              new ProducerRecord<>("actions-all", key, old)));
      awaitMetric(other, "actions", "erased", 2);
      awaitMetric(one, "actions", "erased", 2);
      // an action from after the erasure is recorded
      TimeUnit.MILLISECONDS.sleep(5);
      RecordActionsResponse later = record(other, "gone", "later");
      // The server also reads its own record from the topic, and may have recorded the action
      // before the call did.
      assertThat(later.getRecorded() + later.getDuplicates()).isEqualTo(1);
      awaitMetric(one, "actions", "taken", 3);
    }
    assertThat(lifetime("one", "gone")).isEqualTo(1);
    assertThat(lifetime("other", "gone")).isEqualTo(1);
    assertThat(lifetime("one", "stays")).isEqualTo(1);
    assertThat(lifetime("other", "stays")).isEqualTo(1);
    assertThat(log("other")).contains("\"later\"").doesNotContain("\"gone\",\"timeMs\":" + before);
    for (ConsumerRecord<byte[], byte[]> record : broker.read("erasures-all")) {
      assertThat(new String(record.key(), StandardCharsets.ISO_8859_1)).doesNotContain("gone");
      assertThat(new String(record.value(), StandardCharsets.ISO_8859_1)).doesNotContain("gone");
    }
    rebuildLacksTheErased();
  }

  private void rebuildLacksTheErased() throws Exception {
    Path file = folder.resolve("server.yaml");
    Files.writeString(file, "");
    List<String> arguments =
        new ArrayList<>(List.of("history", "rebuild", "--config", file.toString()));
    for (String setting : settings("one", "all")) {
      arguments.addAll(List.of("--set", setting));
    }
    Path rebuilt = folder.resolve("rebuilt");
    arguments.addAll(List.of("--set", "history.folder=" + rebuilt));
    assertThat(Verbs.run(arguments.toArray(String[]::new)))
        .contains("2 records taken, 3 of users who were erased later");
    assertThat(lifetime(rebuilt, "gone")).isEqualTo(1);
    assertThat(lifetime(rebuilt, "stays")).isEqualTo(1);
  }

  @Test
  void erasure_whileAReplicaIsDown_isMadeAtItsNextStart_andOnlyOnce() throws Exception {
    createTopics("down");
    try (TinyServer one = server("up", "down")) {
      try (TinyServer down = server("down", "down")) {
        record(one, "gone", "e1");
        awaitMetric(down, "actions", "taken", 1);
      }
      assertThat(lifetime("down", "gone")).isEqualTo(1);
      assertThat(log("down")).contains("gone");
      one.client().eraseUser("gone");
      try (TinyServer again = server("down", "down")) {
        awaitMetric(again, "erasures", "taken", 1);
        assertThat(log("down")).doesNotContain("gone");
        record(again, "gone", "later");
      }
      assertThat(lifetime("down", "gone")).isEqualTo(1);
      try (TinyServer third = server("down", "down")) {
        // the replica has continued at its last position
        assertThat(third.metric(metric("erasures", "taken"))).isZero();
      }
      assertThat(lifetime("down", "gone")).isEqualTo(1);
      assertThat(log("down")).contains("\"later\"");
    }
  }

  @Test
  void topicThatWasMadeAgain_isReadFromItsBeginning() throws Exception {
    createTopics("again");
    try (TinyServer one = server("one", "again")) {
      for (int i = 0; i < 3; i++) {
        one.client().eraseUser("nobody" + i);
      }
      record(one, "gone", "e1");
      awaitMetric(one, "erasures", "taken", 3);
    }
    broker.deleteTopic("erasures-again");
    broker.createTopic("erasures-again", 1, Map.of("cleanup.policy", "compact"));
    try (TinyServer other = server("other", "again")) {
      other.client().eraseUser("gone");
    }
    assertThat(broker.read("erasures-again")).hasSize(1);
    try (TinyServer one = server("one", "again")) {
      assertThat(one.metric(metric("erasures", "taken"))).isEqualTo(1);
    }
    assertThat(lifetime("one", "gone")).isZero();
  }

  @Test
  void copyOfALog_leavesOutEntriesFromBeforeAnErasure() throws Exception {
    createTopics("logs");
    broker.createTopic("served-logs", 1, Map.of());
    long before = System.currentTimeMillis();
    try (TinyServer server = server("logs", "logs")) {
      server.client().eraseUser("gone");
    }
    long after = System.currentTimeMillis() + 1000;
    broker.write(
        List.of(
            entry("gone", "{\"user\":\"gone\",\"timeMs\":" + before + "}"),
            entry("gone", "{\"user\":\"gone\",\"timeMs\":" + after + "}"),
            entry("stays", "{\"user\":\"stays\",\"timeMs\":" + before + "}")));
    List<String> settings = settings("logs", "logs");
    settings.add("kafka.topics.served=served-logs");
    ServerConfig config = ConfigReader.read(Map.of(), settings);
    Path copy = Files.createDirectory(folder.resolve("copy"));
    TopicLogs logs =
        new TopicLogs(config.kafka(), SecretFile.open(Path.of(secrets())), Unreadable.WAIT);
    logs.served(copy);
    assertThat(Files.readAllLines(copy.resolve("served-000000000000001.jsonl")))
        .containsExactly(
            "{\"user\":\"gone\",\"timeMs\":" + after + "}",
            "{\"user\":\"stays\",\"timeMs\":" + before + "}");
    copyWithoutTheSecret(config.kafka());
    // the erasures were read once, for all copies
    broker.deleteTopic("erasures-logs");
    Path second = Files.createDirectory(folder.resolve("second"));
    logs.served(second);
    assertThat(second.resolve("served-000000000000001.jsonl"))
        .hasSameTextualContentAs(copy.resolve("served-000000000000001.jsonl"));
  }

  /** Without the secret it is unknown whose entries must be left out, so nothing is copied. */
  private void copyWithoutTheSecret(KafkaConfig config) throws Exception {
    Secrets other = Secrets.own(new byte[] {9});
    Path copy = Files.createDirectory(folder.resolve("refused"));
    TopicLogs waiting = new TopicLogs(config, other, Unreadable.WAIT);
    assertThatThrownBy(() -> waiting.served(copy))
        .hasMessageContaining("a secret of security.secretFile opens expected");
    assertThat(copy).isEmptyDirectory();
    new TopicLogs(config, other, Unreadable.PASS).served(copy);
    assertThat(Files.readAllLines(copy.resolve("served-000000000000001.jsonl"))).hasSize(3);
  }

  private static ProducerRecord<byte[], byte[]> entry(String user, String line) {
    return KafkaBroker.record("served-logs", user, line.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void erasure_whileKafkaIsAway_namesWhatItMissed_andIsFinishedByARepeat() throws Exception {
    createTopics("away");
    try (TinyServer server = server("away", "away")) {
      record(server, "gone", "e1");
      broker.kill();
      try {
        assertThatThrownBy(() -> server.client().eraseUser("gone"))
            .isInstanceOf(RequestException.class)
            .hasMessageContaining("not erased from: other replicas");
      } finally {
        broker.restart();
      }
      await(() -> isErased(server, "gone"));
      assertThat(broker.read("erasures-away")).isNotEmpty();
    }
    assertThat(lifetime("away", "gone")).isZero();
  }

  private static boolean isErased(TinyServer server, String user) {
    try {
      server.client().eraseUser(user);
      return true;
    } catch (RequestException e) {
      return false;
    }
  }
}
