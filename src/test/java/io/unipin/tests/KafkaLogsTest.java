package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that served pages and exposures are written to topics, and that commands can read them
 * there.
 */
@Timeout(240)
final class KafkaLogsTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start(shared.resolve("kafka"));
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private TinyServer server(String name, String topics) throws Exception {
    return TinyServer.start(
        folder.resolve(name),
        "servedLog.enabled=true",
        "servedLog.folder=" + folder.resolve(name).resolve("served"),
        "exposureLog.folder=" + folder.resolve(name).resolve("exposures"),
        "kafka.servers=\"" + broker.address() + "\"",
        "kafka.topics.served=served-" + topics,
        "kafka.topics.exposures=exposures-" + topics,
        "kafka.spool.folder=" + folder.resolve(name).resolve("spool"),
        "kafka.spool.maxBytes=1MiB",
        "experiments.layers={l: {experiments: {same: {arms: {control: {}, other: {}}}}}}");
  }

  private static RetrieveAndRankRequest page(String user, String request) {
    return RetrieveAndRankRequest.newBuilder()
        .setRequestId(request)
        .setUser(UserContext.newBuilder().setUserId(user))
        .build();
  }

  private static void use(TinyServer server, int from, int to) {
    for (int i = from; i < to; i++) {
      server.client().retrieveAndRank(page("user" + i, "request" + i));
      server
          .client()
          .recordActions(
              RecordActionsRequest.newBuilder()
                  .addUsers(
                      UserActions.newBuilder()
                          .setUserId("user" + i)
                          .addActions(
                              Action.newBuilder()
                                  .setEventId("e" + i)
                                  .setItemId(TinyServer.FIRST_ID + i)
                                  .addActions("click")
                                  .setTimeMs(System.currentTimeMillis())))
                  .build());
    }
  }

  private static void awaitMetric(TinyServer server, String name, double least) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (server.metric(name) < least) {
      assertThat(System.nanoTime()).as(name).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private Path settings(String topics) throws Exception {
    Path file = folder.resolve("server.yaml");
    Files.writeString(
        file,
        """
        kafka:
          servers: %s
          topics: {served: served-%s, exposures: exposures-%s}
        """
            .formatted(broker.address(), topics, topics));
    return file;
  }

  /** Copies the segments of two servers into one folder. */
  private Path merged(String log) throws Exception {
    Path target = Files.createDirectories(folder.resolve("merged-" + log));
    for (String name : List.of("one", "other")) {
      try (Stream<Path> files = Files.list(folder.resolve(name).resolve(log))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
          Files.copy(file, target.resolve(log + "-" + name + ".jsonl"));
        }
      }
    }
    return target;
  }

  private JsonNode report(String... source) throws Exception {
    Path json = folder.resolve("report" + source.length + ".json");
    List<String> arguments = new ArrayList<>(List.of("experiment", "report", "--name", "same"));
    arguments.addAll(List.of("--share", "control=1", "--share", "other=1"));
    arguments.addAll(List.of("--json", json.toString()));
    arguments.addAll(List.of(source));
    Verbs.run(arguments.toArray(String[]::new));
    return new ObjectMapper().readTree(json.toFile()).path("results");
  }

  @Test
  void topics_ofTwoReplicas_giveTheReportOfTheirSegments_andRepeatsAreMerged() throws Exception {
    broker.createTopic("served-two", 2, Map.of());
    broker.createTopic("exposures-two", 2, Map.of());
    try (TinyServer one = server("one", "two");
        TinyServer other = server("other", "two")) {
      use(one, 0, 150);
      use(other, 150, 300);
      // Sends a request and an event a second time, each to the server that did not get it before.
      one.client().retrieveAndRank(page("user299", "request299"));
      use(other, 0, 1);
    }
    // An entry with a late confirmation is sent again, so the topic may hold it twice. Readers
    // merge such repeats.
    assertThat(broker.read("served-two")).hasSizeGreaterThanOrEqualTo(603);
    String settings = settings("two").toString();
    String bundle = folder.resolve("one/bundles/one").toString();
    String out = folder.resolve("from-topic").toString();
    Verbs.run("export", "--kafka", settings, "--bundle", bundle, "--out", out);
    FeedLog log = FeedLogReader.read(Path.of(out), 0);
    assertThat(log.users()).isEqualTo(300);
    assertThat(log.views()).isEqualTo(300);
    assertThat(log.actions()).isEqualTo(300);
    JsonNode ofTopics = report("--kafka", settings);
    String exposures = merged("exposures").toString();
    JsonNode ofSegments = report("--exposures", exposures, "--served", merged("served").toString());
    assertThat(ofTopics).isEqualTo(ofSegments);
    assertThat(ofTopics.toString()).contains("impressions");
  }

  @Test
  void brokerAway_entriesWaitOnTheDisk_andGoToTheTopicLater() throws Exception {
    broker.createTopic("served-away", 1, Map.of());
    broker.createTopic("exposures-away", 1, Map.of());
    try (TinyServer server = server("away", "away")) {
      broker.kill();
      long begin = System.nanoTime();
      use(server, 0, 30);
      assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(20));
      awaitMetric(server, "unipin_kafka_spool_bytes{use=\"served\"}", 1);
      awaitMetric(server, "unipin_kafka_away{use=\"served\"}", 1);
      server.client().eraseUser("user3");
      broker.restart();
      awaitMetric(server, "unipin_kafka_sent_total{use=\"served\"}", 58);
      assertThat(server.metric("unipin_kafka_dropped_total{use=\"served\"}")).isZero();
    }
    List<JsonNode> entries =
        broker.read("served-away").stream()
            .map(record -> json(new String(record.value(), StandardCharsets.UTF_8)))
            .toList();
    assertThat(entries.stream().map(entry -> entry.path("user").asText()).distinct())
        .hasSize(29)
        .doesNotContain("user3");
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
