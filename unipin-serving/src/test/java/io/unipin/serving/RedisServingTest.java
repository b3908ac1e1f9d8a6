package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests over gRPC that servers can share their histories in Redis. */
@NeedsRedis
@Timeout(180)
final class RedisServingTest {
  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path folder;

  private UniPinServer replica(String name, RedisServer redis, String... more) {
    Path own = folder.resolve(name);
    List<String> settings = new ArrayList<>();
    settings.add("bundle.folder=" + folder.resolve("bundles"));
    settings.add("history.store=REDIS");
    settings.add("redis.uri=" + redis.uri());
    settings.add("redis.timeout=1s");
    settings.addAll(List.of(more));
    return UniPinServer.start(TestServer.config(own, settings.toArray(String[]::new)));
  }

  private void publish() {
    folder.resolve("bundles").toFile().mkdirs();
    TinyBundles.publish(folder.resolve("bundles"), "one", "exact", 1, folder.resolve("scratch"));
  }

  private static UniPinClient client(UniPinServer server) {
    return UniPinClient.connect("127.0.0.1:" + server.port());
  }

  private static RecordActionsResponse record(UniPinClient client, String user, int event) {
    Action action =
        Action.newBuilder()
            .setItemId(1000 + event)
            .addActions("click")
            .setTimeMs(NOW - 100_000 + event)
            .setEventId("event" + event)
            .build();
    return client.recordActions(
        RecordActionsRequest.newBuilder()
            .addUsers(UserActions.newBuilder().setUserId(user).addActions(action))
            .build());
  }

  private static RetrieveAndRankResponse page(UniPinClient client, String user, String cursor) {
    UserContext context = UserContext.newBuilder().setUserId(user).setTimeMs(NOW).build();
    return client.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder().setUser(context).setPageCursor(cursor).build());
  }

  private static List<Long> items(RetrieveAndRankResponse page) {
    return page.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }

  @Test
  void twoServers_shareHistoriesCursorsAndErasures() {
    publish();
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes");
        UniPinServer one = replica("a", redis);
        UniPinServer two = replica("b", redis);
        UniPinClient first = client(one);
        UniPinClient second = client(two)) {
      for (int event = 1; event < 16; event++) { // fewer actions than the 16 that the model reads
        record(event % 2 == 0 ? first : second, "u", event);
        RetrieveAndRankResponse page = page(event % 2 == 0 ? second : first, "u", "");
        assertThat(page.getServed().getHistoryActions()).isEqualTo(event);
      }
      assertThat(record(second, "u", 7).getDuplicates()).isEqualTo(1);
      RetrieveAndRankResponse here = page(first, "u", "");
      assertThat(items(page(second, "u", ""))).isEqualTo(items(here));
      RetrieveAndRankResponse next = page(second, "u", here.getNextPageCursor());
      assertThat(items(next)).isNotEmpty().doesNotContainAnyElementsOf(items(here));

      assertThat(first.eraseUser("u")).isTrue();
      assertThat(page(second, "u", "").getServed().getHistoryActions()).isZero();
    }
  }

  @Test
  void redisAway_pagesComeFromHeldHistoriesAndRecordingSaysWhenToRetry() {
    publish();
    try (RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes");
        UniPinServer server = replica("a", redis);
        UniPinServer emptying = replica("b", redis, "history.whenAway=EMPTY");
        UniPinClient client = client(server);
        UniPinClient other = client(emptying)) {
      record(client, "held", 1);
      RetrieveAndRankResponse before = page(client, "held", "");
      redis.kill();

      RetrieveAndRankResponse stale = page(client, "held", "");
      assertThat(stale.getServed().getDegradationsList()).containsExactly("stale_history");
      assertThat(stale.getServed().getHistoryActions()).isEqualTo(1);
      assertThat(items(stale)).isEqualTo(items(before));
      assertThatThrownBy(() -> page(client, "unknown", ""))
          .isInstanceOfSatisfying(
              RequestException.class,
              failure -> assertThat(failure.kind()).isEqualTo(RequestException.Kind.UNAVAILABLE));
      assertThatThrownBy(() -> record(client, "held", 2))
          .isInstanceOfSatisfying(
              RequestException.class,
              failure -> {
                assertThat(failure.kind()).isEqualTo(RequestException.Kind.UNAVAILABLE);
                assertThat(failure.retryAfter()).isPresent();
              });
      RetrieveAndRankResponse empty = page(other, "unknown", "");
      assertThat(empty.getServed().getDegradationsList()).containsExactly("missing_history");
      assertThat(empty.getItemsCount()).isPositive();

      redis.startAgain();
      wholePage(client, "held");
      assertThat(record(client, "held", 1).getDuplicates()).isEqualTo(1);
      record(client, "held", 2);
      assertThat(wholePage(client, "held").getServed().getHistoryActions()).isEqualTo(2);
    }
  }

  /**
   * Requests pages until a page names no degradation. For a moment, Redis may still answer too
   * late.
   */
  private static RetrieveAndRankResponse wholePage(UniPinClient client, String user) {
    List<RetrieveAndRankResponse> pages = new ArrayList<>();
    Eventually.holds(
        () -> {
          RetrieveAndRankResponse page = page(client, user, "");
          pages.add(page);
          return page.getServed().getDegradationsCount() == 0;
        });
    return pages.get(pages.size() - 1);
  }
}
