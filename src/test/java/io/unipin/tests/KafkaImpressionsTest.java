package io.unipin.tests;

import static io.unipin.tests.Waiting.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.impressions.ImpressionCounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that all replicas count the impressions of the pages of all replicas. */
@Timeout(240)
final class KafkaImpressionsTest {
  private static final int PAGE = 10;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static KafkaBroker broker;
  private int copies;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start(shared.resolve("kafka"));
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private TinyServer server(String name, String topic) throws Exception {
    return TinyServer.start(
        folder.resolve(name),
        "slate.exploration.share=0.5",
        "slate.exploration.temperature=1",
        "impressions.folder=" + impressions(name),
        "kafka.servers=\"" + broker.address() + "\"",
        "kafka.topics.served=" + topic,
        "kafka.spool.folder=" + folder.resolve(name).resolve("spool"));
  }

  private Path impressions(String name) {
    return folder.resolve(name).resolve("impressions");
  }

  private static void browse(TinyServer server, String prefix, int pages) {
    for (int i = 0; i < pages; i++) {
      server
          .client()
          .retrieveAndRank(
              RetrieveAndRankRequest.newBuilder()
                  .setRequestId(prefix + i)
                  .setUser(
                      UserContext.newBuilder()
                          .setUserId("user" + i % 7)
                          .setSurface(i % 3 == 0 ? "search" : "home"))
                  .build());
    }
  }

  private static void recordAction(TinyServer server) {
    Action click =
        Action.newBuilder()
            .setEventId("e")
            .setItemId(TinyServer.FIRST_ID)
            .addActions("click")
            .setTimeMs(System.currentTimeMillis())
            .build();
    server
        .client()
        .recordActions(
            RecordActionsRequest.newBuilder()
                .addUsers(UserActions.newBuilder().setUserId("user1").addActions(click))
                .build());
  }

  private static void awaitRecords(TinyServer server, String outcome, int records)
      throws Exception {
    String name = "unipin_kafka_records_total{outcome=\"%s\",use=\"impressions\"}";
    await(() -> metric(server, name.formatted(outcome)) >= records);
    assertThat(metric(server, name.formatted(outcome))).isEqualTo(records);
  }

  private static double metric(TinyServer server, String name) {
    try {
      return server.metric(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Copies a server's files on the disk. A killed server would leave the same files. The server may
   * replace files in the background, so a copy counts only if no file appeared, went away or
   * changed its size meanwhile.
   */
  private Path copy(String name) throws IOException {
    while (true) {
      Path copy = Files.createDirectories(folder.resolve("copy" + copies++));
      try {
        Map<Path, Long> before = sizes(impressions(name));
        for (Path file : before.keySet()) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
        if (before.equals(sizes(impressions(name)))) {
          return copy;
        }
      } catch (NoSuchFileException e) {
        // The server has just deleted this file.
      }
    }
  }

  private static Map<Path, Long> sizes(Path directory) throws IOException {
    Map<Path, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(one -> !one.endsWith("LOCK")).toList()) {
        sizes.put(file, Files.size(file));
      }
    }
    return sizes;
  }

  /** Returns the counts on a server's disk by surface and item, without counts of 0. */
  private Map<String, Long> counts(String name, String topic) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    long[] ids =
        LongStream.range(TinyServer.FIRST_ID, TinyServer.FIRST_ID + TinyServer.ITEMS).toArray();
    try (ImpressionCounts counts = ImpressionCounts.open(copy(name), 1 << 24, topic)) {
      for (String surface : List.of("home", "search")) {
        long[] read = counts.read(surface, ids).impressions();
        for (int i = 0; i < ids.length; i++) {
          if (read[i] > 0) {
            found.put(surface + " " + ids[i], read[i]);
          }
        }
      }
    }
    return found;
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Waits until a running server has written these counts. */
  private void awaitCounts(String name, String topic, Map<String, Long> expected) throws Exception {
    for (int i = 0; i < 200 && !counts(name, topic).equals(expected); i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    assertThat(counts(name, topic)).as(name).isEqualTo(expected);
  }

  /** Waits until a running server has written this number of impressions. */
  private void awaitSum(String name, String topic, long expected) throws Exception {
    for (int i = 0; i < 300 && sum(counts(name, topic)) != expected; i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    assertThat(sum(counts(name, topic))).isEqualTo(expected);
  }

  private Map<String, Long> sqlCounts(String topic) throws Exception {
    Path settings = folder.resolve("server.yaml");
    String text = "kafka:\n  servers: %s\n  topics: {served: %s}\n";
    Files.writeString(settings, text.formatted(broker.address(), topic));
    Path out = folder.resolve("feed-log");
    String bundle = folder.resolve("one/bundles/one").toString();
    Verbs.run(
        "export", "--kafka", settings.toString(), "--bundle", bundle, "--out", out.toString());
    Map<String, Long> counts = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT surface || ' ' || item_id, count(*) FROM read_parquet('"
                        + out.resolve("feedviews.parquet")
                        + "') GROUP BY ALL")) {
      while (rows.next()) {
        counts.put(rows.getString(1), rows.getLong(2));
      }
    }
    return counts;
  }

  private static ProducerRecord<byte[], byte[]> again(
      ConsumerRecord<byte[], byte[]> record, byte @Nullable [] value) {
    return new ProducerRecord<>(record.topic(), record.partition(), record.key(), value);
  }

  @Test
  void counts_ofAllReplicas_equalThoseOfTheExportedLog() throws Exception {
    broker.createTopic("counts", 3, Map.of());
    Map<String, Long> expected;
    try (TinyServer one = server("one", "counts");
        TinyServer other = server("other", "counts")) {
      browse(one, "a", 40);
      browse(other, "b", 40);
      recordAction(one);
      awaitRecords(one, "taken", 81);
      browse(other, "a", 20); // requests that the first server answered
      awaitRecords(one, "taken", 101);
      ConsumerRecord<byte[], byte[]> first = broker.read("counts").get(0);
      broker.write(
          List.of(again(first, first.value()), again(first, new byte[] {'{'}), again(first, null)));
      for (TinyServer server : List.of(one, other)) {
        awaitRecords(server, "refused", 1);
        awaitRecords(server, "taken", 103);
      }
      awaitSum("one", "counts", 80 * PAGE);
      Files.createDirectories(folder.resolve("killed"));
      Files.move(copy("one"), impressions("killed"));
      browse(other, "a", 10); // repeats of pages that the killed server has counted
      browse(one, "c", 30);
      awaitRecords(one, "taken", 143); // the spool has sent all pages
      awaitRecords(other, "taken", 143);
      expected = sqlCounts("counts");
      awaitCounts("one", "counts", expected);
      awaitCounts("other", "counts", expected);
    }
    assertThat(sum(expected)).isEqualTo(110 * PAGE);
    try (TinyServer killed = server("killed", "counts");
        TinyServer fresh = server("fresh", "counts")) {
      awaitCounts("killed", "counts", expected);
      awaitCounts("fresh", "counts", expected);
      awaitRecords(fresh, "taken", 143);
      assertThat(metric(killed, "unipin_impressions_total")).isBetween(40.0 * PAGE, 61.0 * PAGE);
    }
  }

  @Test
  void brokerAway_pagesGoOnAndCountsStandStill_untilItIsBack() throws Exception {
    broker.createTopic("away", 1, Map.of());
    try (TinyServer server = server("one", "away")) {
      browse(server, "a", 5);
      awaitSum("one", "away", 5 * PAGE);
      broker.kill();
      browse(server, "b", 5);
      await(() -> metric(server, "unipin_kafka_away{use=\"impressions\"}") == 1);
      browse(server, "c", 5);
      assertThat(sum(counts("one", "away"))).isEqualTo(5 * PAGE);
      broker.restart();
      awaitSum("one", "away", 15 * PAGE);
      await(() -> metric(server, "unipin_kafka_away{use=\"impressions\"}") == 0);
    }
  }

  @Test
  void partitions_thatAreAdded_areCounted() throws Exception {
    broker.createTopic("grows", 1, Map.of());
    try (TinyServer server = server("one", "grows")) {
      browse(server, "a", 5);
      awaitSum("one", "grows", 5 * PAGE);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
        admin.createPartitions(Map.of("grows", NewPartitions.increaseTo(3))).all().get();
      }
      ConsumerRecord<byte[], byte[]> first = broker.read("grows").get(0);
      String page = new String(first.value(), UTF_8).replace("\"view\":\"a0\"", "\"view\":\"n\"");
      broker.write(List.of(new ProducerRecord<>("grows", 2, first.key(), page.getBytes(UTF_8))));
      awaitSum("one", "grows", 6 * PAGE);
    }
  }
}
