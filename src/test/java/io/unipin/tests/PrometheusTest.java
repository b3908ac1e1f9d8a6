package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests dashboards and rules with a real Prometheus that watches a real server. */
@NeedsPrograms({"prometheus", "promtool", "redis-server"})
@Timeout(120)
final class PrometheusTest {
  private static final Path DOCKER = Path.of(System.getProperty("unipin.root"), "docker");
  private static final Path RULES = DOCKER.resolve("prometheus");
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @TempDir Path folder;

  @Test
  void rules_areSoundAndFireWhenTheyShould() throws Exception {
    Prometheus.tool("promtool", "check", "config", RULES.resolve("prometheus.yml").toString());
    Prometheus.tool("promtool", "check", "rules", RULES.resolve("alerts.yml").toString());
    Prometheus.tool("promtool", "test", "rules", RULES.resolve("alerts-test.yml").toString());
    String tests = Files.readString(RULES.resolve("alerts-test.yml"));
    List<Expression> alerts =
        Expression.ofRules(RULES.resolve("alerts.yml")).stream()
            .filter(expression -> !expression.always())
            .toList();
    assertThat(alerts).hasSizeGreaterThan(8);
    for (Expression alert : alerts) {
      assertThat(tests)
          .contains("alertname: " + alert.where() + "}", "alertname=\"" + alert.where() + "\"");
    }
  }

  @Test
  void configurationOfTheFleet_isSound() throws Exception {
    Path config = Files.createDirectories(folder.resolve("fleet"));
    Files.copy(DOCKER.resolve("fleet/prometheus.yml"), config.resolve("prometheus.yml"));
    Files.copy(RULES.resolve("alerts.yml"), config.resolve("alerts.yml"));
    Prometheus.tool("promtool", "check", "config", config.resolve("prometheus.yml").toString());
  }

  @Test
  void everyExpression_isAnsweredFromAServerUnderTraffic() throws Exception {
    Set<Expression> open = new LinkedHashSet<>(expressions());
    assertThat(open).hasSizeGreaterThan(60);
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        TinyServer server =
            TinyServer.start(
                folder,
                "cache.file.path=" + folder.resolve("tier"),
                "history.store=REDIS",
                "redis.timeout=2s",
                "redis.uri=" + redis.uri());
        UniPinClient fleet = UniPinClient.connect(twoNames(server));
        Prometheus prometheus =
            Prometheus.start(RULES, server.metricsPort(), folder.resolve("prometheus"))) {
      prometheus.awaitReady();
      // An alert may become pending for an instant, for example because a lease is open at the
      // first scrape. A pending alert must disappear again, and no alert may fire.
      JsonNode alerts = prometheus.query("ALERTS");
      long end = System.nanoTime() + PATIENCE_NANOS;
      for (int round = 0;
          !(open.isEmpty() && alerts.isEmpty()) && System.nanoTime() < end;
          round++) {
        traffic(round % 2 == 0 ? server.client() : fleet, round);
        List<Expression> answered = new ArrayList<>();
        for (Expression expression : open) {
          JsonNode series = prometheus.query(expression.promql());
          if (!expression.always() || isFull(expression, series)) {
            answered.add(expression);
          }
        }
        answered.forEach(open::remove);
        alerts = prometheus.query("ALERTS");
        assertThat(prometheus.query("ALERTS{alertstate=\"firing\"}")).as("fire").isEmpty();
      }
      assertThat(open).as("without a result").isEmpty();
      assertThat(alerts).as("alerts of a server in good order").isEmpty();
    }
  }

  /** Returns the server's address under two names, so that a client takes it for two replicas. */
  private static String twoNames(TinyServer server) {
    return server.address() + "," + server.address().replace("127.0.0.1", "localhost");
  }

  private static List<Expression> expressions() throws IOException {
    List<Expression> written = new ArrayList<>(Expression.ofRules(RULES.resolve("alerts.yml")));
    try (Stream<Path> dashboards = Files.list(DOCKER.resolve("grafana/dashboards"))) {
      for (Path dashboard : dashboards.sorted().toList()) {
        written.addAll(Expression.ofDashboard(dashboard));
      }
    }
    List<Expression> all = new ArrayList<>(written);
    written.forEach(expression -> expression.sources().forEach(all::add));
    return all;
  }

  /** Returns whether any of the series has a finite value and all labels of the expression. */
  private static boolean isFull(Expression expression, JsonNode series) {
    for (JsonNode one : series) {
      boolean number = Double.isFinite(Double.parseDouble(one.path("value").path(1).asText("NaN")));
      if (number && expression.labels().stream().allMatch(one.path("metric")::has)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Sends each kind of traffic that dashboards show: new users, known users, users with a new
   * action, and an invalid request.
   */
  private static void traffic(UniPinClient client, int round) {
    String user = "u" + round;
    UserContext context =
        UserContext.newBuilder().setUserId(user).setTimeMs(TinyServer.NOW).build();
    RetrieveAndRankRequest page = RetrieveAndRankRequest.newBuilder().setUser(context).build();
    for (int i = 0; i < 3; i++) {
      client.recordActions(action(user, i));
      client.retrieveAndRank(page);
      client.retrieveAndRank(page);
    }
    client.retrieve(RetrieveRequest.newBuilder().setUser(context).build());
    client.rank(RankRequest.newBuilder().setUser(context).addItemIds(TinyServer.FIRST_ID).build());
    assertThatThrownBy(() -> client.retrieveAndRank(RetrieveAndRankRequest.getDefaultInstance()))
        .isInstanceOf(RequestException.class);
  }

  private static RecordActionsRequest action(String user, int event) {
    return RecordActionsRequest.newBuilder()
        .addUsers(
            UserActions.newBuilder()
                .setUserId(user)
                .addActions(
                    Action.newBuilder()
                        .setItemId(TinyServer.FIRST_ID + event)
                        .addActions("click")
                        .setEventId("e" + event)
                        .setTimeMs(TinyServer.NOW + event)))
        .build();
  }
}
