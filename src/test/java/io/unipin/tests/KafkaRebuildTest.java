package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ActionRecord;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.UserHistory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a rebuild of histories from the topic gives the histories that the server wrote. */
@Timeout(240)
final class KafkaRebuildTest {
  private static final int USERS = 30;
  private static final int EVENTS = 400;

  @TempDir Path folder;

  private static Action action(Random random, int event) {
    return Action.newBuilder()
        .setEventId("e" + event)
        .setRevision(random.nextInt(3))
        .setItemId(TinyServer.FIRST_ID + random.nextInt(TinyServer.ITEMS))
        .addActions(TinyServer.ACTIONS.get(random.nextInt(TinyServer.ACTIONS.size())))
        .setSurface(random.nextBoolean() ? "search" : "")
        .setTimeMs(TinyServer.NOW - random.nextInt(1_000_000))
        .build();
  }

  private static RetractActionsRequest retraction(Random random, String user, int event) {
    return RetractActionsRequest.newBuilder()
        .setUserId(user)
        .addEventIds("e" + event)
        .setRevision(random.nextInt(3))
        .build();
  }

  private List<String> settings(KafkaBroker broker) {
    List<String> settings = new ArrayList<>(TinyServer.settings(folder));
    settings.addAll(
        List.of(
            "items.folder=" + folder.resolve("items"),
            "kafka.servers=\"" + broker.address() + "\"",
            "kafka.topics.actions=actions",
            "kafka.topics.deadLetters=dead"));
    return settings;
  }

  /**
   * Records and retracts actions at random. Makes half of the changes by calls, and returns the
   * others as records for the topic.
   */
  private static List<ProducerRecord<byte[], byte[]>> change(TinyServer server, Random random) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      String user = "user" + random.nextInt(USERS);
      int event = random.nextInt(20);
      boolean call = random.nextBoolean();
      if (random.nextInt(5) == 0) {
        RetractActionsRequest gone = retraction(random, user, event);
        if (call) {
          server.client().retractActions(gone);
        } else {
          records.add(record(user, ActionRecord.newBuilder().setRetraction(gone)));
        }
        continue;
      }
      UserActions actions =
          UserActions.newBuilder().setUserId(user).addActions(action(random, event)).build();
      if (call) {
        server.client().recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
      } else {
        records.add(record(user, ActionRecord.newBuilder().setActions(actions)));
      }
    }
    records.add(
        KafkaBroker.record("actions", "user0", "no record".getBytes(StandardCharsets.UTF_8)));
    return records;
  }

  private static ProducerRecord<byte[], byte[]> record(String user, ActionRecord.Builder record) {
    return KafkaBroker.record("actions", user, record.build().toByteArray());
  }

  private Map<String, UserHistory> histories(String name) {
    Map<String, UserHistory> histories = new TreeMap<>();
    try (HistoryStore store =
        HistoryStore.open(new HistoryConfig(folder.resolve(name), 4096, false))) {
      for (int i = 0; i < USERS; i++) {
        histories.put("user" + i, store.read("user" + i));
      }
    }
    return histories;
  }

  @Test
  void rebuild_fromTheTopic_givesEqualHistories() throws Exception {
    long seed = System.nanoTime();
    try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"))) {
      broker.createTopic("actions", 3, Map.of());
      broker.createTopic("dead", 1, Map.of());
      String[] settings = settings(broker).toArray(String[]::new);
      try (TinyServer server = TinyServer.start(folder, settings)) {
        broker.write(change(server, new Random(seed)));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (taken(server) < EVENTS + 1) {
          assertThat(System.nanoTime()).as("taken " + taken(server)).isLessThan(end);
          TimeUnit.MILLISECONDS.sleep(50);
        }
      }
      Map<String, UserHistory> written = histories("history");
      assertThat(written.values()).anyMatch(history -> history.lifetime() > 5);
      String output = rebuild(settings);
      assertThat(output).contains(EVENTS + " records taken, 0 of users", "1 unreadable");
      assertThat(histories("rebuilt")).as("seed %s", seed).isEqualTo(written);
      rebuild(settings);
      assertThat(histories("rebuilt")).as("again, seed %s", seed).isEqualTo(written);
    }
  }

  private static double taken(TinyServer server) throws Exception {
    return server.metric("unipin_kafka_records_total{outcome=\"taken\",use=\"actions\"}")
        + server.metric("unipin_kafka_records_total{outcome=\"dead_letter\",use=\"actions\"}");
  }

  private String rebuild(String... settings) throws Exception {
    Path file = folder.resolve("server.yaml");
    Files.writeString(file, "");
    List<String> arguments =
        new ArrayList<>(List.of("history", "rebuild", "--config", file.toString()));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    arguments.addAll(List.of("--set", "history.folder=" + folder.resolve("rebuilt")));
    return Verbs.run(arguments.toArray(String[]::new));
  }
}
