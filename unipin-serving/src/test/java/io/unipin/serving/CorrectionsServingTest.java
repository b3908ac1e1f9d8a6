package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.client.Violation;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetractActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.log.ServedLogExport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that clients can correct and retract actions over gRPC. */
@Timeout(120)
final class CorrectionsServingTest {
  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path folder;

  private static Action action(int event, long item) {
    return Action.newBuilder()
        .setItemId(item)
        .addActions("click")
        .setTimeMs(NOW - 100_000 + event)
        .setEventId("event" + event)
        .build();
  }

  private static RecordActionsResponse record(UniPinClient client, String user, Action... actions) {
    UserActions.Builder all = UserActions.newBuilder().setUserId(user);
    return client.recordActions(
        RecordActionsRequest.newBuilder().addUsers(all.addAllActions(List.of(actions))).build());
  }

  private static RetractActionsResponse retract(
      UniPinClient client, String user, long revision, String... events) {
    return client.retractActions(
        RetractActionsRequest.newBuilder()
            .setUserId(user)
            .addAllEventIds(List.of(events))
            .setRevision(revision)
            .build());
  }

  private static RetrieveAndRankResponse page(UniPinClient client, String user) {
    UserContext context = UserContext.newBuilder().setUserId(user).setTimeMs(NOW).build();
    return client.retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build());
  }

  private static void assertSamePage(RetrieveAndRankResponse page, RetrieveAndRankResponse other) {
    assertThat(page.getServed().getHistoryActions())
        .isEqualTo(other.getServed().getHistoryActions());
    assertThat(page.getItemsCount()).isEqualTo(other.getItemsCount());
    for (int i = 0; i < page.getItemsCount(); i++) {
      assertThat(page.getItems(i).getItemId()).isEqualTo(other.getItems(i).getItemId());
      assertThat(page.getItems(i).getUtility())
          .isCloseTo(other.getItems(i).getUtility(), within(1e-5f));
    }
  }

  private static String metrics(UniPinServer server) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void corrections_ofACachedUser_serveAsIfNothingElseHadBeen() throws Exception {
    try (UniPinServer server = TestServer.start(folder);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      record(client, "u", action(0, 1000), action(1, 1001), action(2, 1002), action(3, 1003));
      page(client, "u");

      RetractActionsResponse retracted = retract(client, "u", 0, "event1", "event9");
      assertThat(retracted.getRetracted()).isEqualTo(1);
      assertThat(retracted.getWaiting()).isEqualTo(1);
      record(client, "left", action(0, 1000), action(2, 1002), action(3, 1003));
      assertSamePage(page(client, "u"), page(client, "left"));

      Action correction = action(2, 1030).toBuilder().setRevision(1).build();
      assertThat(record(client, "u", correction).getCorrected()).isEqualTo(1);
      record(client, "corrected", action(0, 1000), action(2, 1030), action(3, 1003));
      assertSamePage(page(client, "u"), page(client, "corrected"));

      assertThat(record(client, "u", action(9, 1009)).getRetracted()).isEqualTo(1);
      assertThat(record(client, "u", action(2, 1002)).getDuplicates()).isEqualTo(1);
      assertThat(retract(client, "u", 0, "event2").getSuperseded()).isEqualTo(1);
      assertThat(retract(client, "u", 0, "event1").getDuplicates()).isEqualTo(1);
      assertSamePage(page(client, "u"), page(client, "corrected"));

      assertThat(metrics(server))
          .contains("unipin_actions_total{outcome=\"corrected\"} 1.0")
          .contains("unipin_actions_total{outcome=\"retracted\"} 1.0")
          .contains("unipin_retractions_total{outcome=\"retracted\"} 1.0")
          .contains("unipin_retractions_total{outcome=\"waiting\"} 1.0")
          .contains("unipin_retractions_total{outcome=\"superseded\"} 1.0");
      assertThat(client.eraseUser("u")).isTrue();
      assertThat(record(client, "u", action(9, 1009)).getRecorded()).isEqualTo(1);
    }
  }

  @Test
  void export_ofAServer_holdsWhatStandsInTheEnd() {
    try (UniPinServer server = TestServer.start(folder);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      retract(client, "u", 0, "event1");
      record(client, "u", action(0, 1000), action(1, 1001), action(2, 1002), action(3, 1003));
      retract(client, "u", 0, "event3");
      record(client, "u", action(2, 1030).toBuilder().setRevision(1).build());
    }
    FeedSchema schema =
        new FeedSchema(TinyBundles.ACTIONS, List.of("click", "save"), TinyBundles.SURFACES);
    FeedLog log =
        ServedLogExport.read(
            folder.resolve("served"), schema, TinyBundles.catalogue(), Duration.ofHours(1));
    assertThat(log.actionItems()).containsExactly(0, 30);
  }

  @Test
  void retractActions_withoutAnEventId_saysWhichField() {
    try (UniPinServer server = TestServer.start(folder);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      assertThatThrownBy(() -> retract(client, "u", 0, "event1", ""))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID);
                assertThat(e.violations())
                    .containsExactly(
                        new Violation("event_ids[1]", "an id that is not blank expected, got ''"));
              });
    }
  }

  @Test
  void recordActions_takesWhatOnlyAnArmsBundleKnows() {
    Path bundles = folder.resolve("bundles");
    assertThat(bundles.toFile().mkdirs()).isTrue();
    List<String> names = List.of("click", "save", "hide", "share");
    TinyBundles.publishNamed(
        bundles, "three", names, List.of("feed", "home"), folder.resolve("scratch"));
    String layers =
        "experiments.layers={l: {experiments: {e: {arms: {control: {}, other: {bundle: three}},"
            + " overrides: {ours: control, theirs: other}}}}}";
    try (UniPinServer server = TestServer.start(folder, layers);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      Action share = action(1, 1001).toBuilder().addActions("share").build();
      Action feed = action(2, 1002).toBuilder().setSurface("feed").build();
      for (String user : List.of("ours", "theirs")) {
        assertThat(record(client, user, action(0, 1000), share, feed).getRecorded()).isEqualTo(3);
        assertThat(page(client, user).getServed().getHistoryActions()).isEqualTo(3);
        Action unknown = action(3, 1003).toBuilder().addActions("swipe").build();
        assertThatThrownBy(() -> record(client, user, unknown))
            .hasMessageContaining("users[0].actions[0].actions[1]");
      }
    }
    try (HistoryStore store =
        HistoryStore.open(new HistoryConfig(folder.resolve("history"), 64, false))) {
      assertThat(store.read("ours").newest())
          .extracting(RecordedAction::surface)
          .containsExactly("home", "home", "feed");
      assertThat(store.read("theirs").newest())
          .extracting(RecordedAction::surface)
          .containsExactly("feed", "feed", "feed");
      assertThat(store.read("theirs").newest().get(1).actions()).containsExactly("click", "share");
    }
  }
}
