package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.UnknownFieldSet;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.BundleStatus;
import io.unipin.proto.v1.GetBundleRequest;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served.CacheOutcome;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.log.ServedLogExport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class UniPinServerTest {
  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path folder;
  private UniPinServer server;
  private UniPinClient client;

  @BeforeEach
  void start() {
    // The server must not encode actions between two requests. Only then is the cache outcome of
    // every request certain.
    server = TestServer.start(folder, "cache.appendOnRecord=false");
    client = UniPinClient.connect("127.0.0.1:" + server.port());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void session_overGrpc_hitsAppendsPagesAndForgets() {
    record("u", 4, 0);
    RetrieveAndRankResponse first = page("u", "");
    assertThat(first.getItemsList()).hasSize(5);
    assertThat(first.getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
    assertThat(first.getServed().getHistoryActions()).isEqualTo(4);
    assertThat(first.getServed().getEncodedActions()).isEqualTo(4);
    assertThat(first.getServed().getBundle()).isEqualTo("one");
    assertThat(first.getServed().getArm()).isEqualTo("default");
    assertThat(first.getServed().getStagesMsMap())
        .containsOnlyKeys("history", "cache", "encode", "query", "search", "score", "respond");
    ScoredItem best = first.getItems(0);
    assertThat(best.getTitle()).startsWith("Item ");
    assertThat(best.getProbabilitiesMap()).containsOnlyKeys("click", "save", "hide");
    assertThat(best.getUtility())
        .isEqualTo(best.getProbabilitiesOrThrow("click") + best.getProbabilitiesOrThrow("save"));

    RetrieveAndRankResponse second = page("u", first.getNextPageCursor());
    assertThat(second.getServed().getCache()).isEqualTo(CacheOutcome.HIT);
    assertThat(ids(second)).doesNotContainAnyElementsOf(ids(first));

    record("u", 1, 4);
    RetrieveAndRankResponse after = page("u", "");
    assertThat(after.getServed().getHistoryActions()).isEqualTo(5);
    assertThat(after.getServed().getCache()).isEqualTo(CacheOutcome.APPEND);
    assertThat(after.getServed().getEncodedActions()).isEqualTo(1);

    assertThat(client.eraseUser("u")).isTrue();
    assertThat(client.eraseUser("u")).isFalse();
    RetrieveAndRankResponse forgotten = page("u", "");
    assertThat(forgotten.getServed().getCache()).isEqualTo(CacheOutcome.PREFILL);
    assertThat(forgotten.getServed().getHistoryActions()).isZero();
  }

  @Test
  void recordActions_again_isCountedAsDuplicate() {
    RecordActionsRequest request = actions("u", 3, 0);
    assertThat(client.recordActions(request).getRecorded()).isEqualTo(3);
    assertThat(client.recordActions(request).getDuplicates()).isEqualTo(3);
  }

  @Test
  void restart_keepsHistories() {
    record("u", 3, 0);
    server.close();
    server = UniPinServer.start(TestServer.config(folder));
    client.close();
    client = UniPinClient.connect("127.0.0.1:" + server.port());
    assertThat(page("u", "").getServed().getHistoryActions()).isEqualTo(3);
  }

  @Test
  void restart_batchExecutor_answersAlike() {
    record("u", 3, 0);
    RetrieveAndRankResponse before = page("u", "");
    server.close();
    server =
        UniPinServer.start(
            TestServer.config(
                folder, "engine.executor=BATCH", "engine.batchSize=3", "server.workers=4"));
    client.close();
    client = UniPinClient.connect("127.0.0.1:" + server.port());
    RetrieveAndRankResponse after = page("u", "");
    assertThat(ids(after)).isEqualTo(ids(before));
    assertThat(after.getItems(0).getUtility())
        .isCloseTo(before.getItems(0).getUtility(), within(1e-4f));
  }

  @Test
  void servedLog_readsBackAsFeedLog() {
    RetrieveAndRankResponse page = page("u", "");
    long chosen = page.getItems(1).getItemId();
    Action save =
        Action.newBuilder()
            .setItemId(chosen)
            .addActions("save")
            .setTimeMs(NOW + 1000)
            .setEventId("e")
            .build();
    client.recordActions(
        RecordActionsRequest.newBuilder()
            .addUsers(UserActions.newBuilder().setUserId("u").addActions(save))
            .build());
    page("gone", "");
    client.eraseUser("gone");
    server.close();
    FeedSchema schema =
        new FeedSchema(TinyBundles.ACTIONS, List.of("click", "save"), TinyBundles.SURFACES);
    FeedLog log =
        ServedLogExport.read(
            folder.resolve("served"), schema, TinyBundles.catalogue(), Duration.ofHours(1));
    assertThat(log.users()).isEqualTo(1);
    assertThat(log.actions()).isEqualTo(1);
    assertThat(log.views()).isEqualTo(1);
    assertThat(log.viewHistory()).containsExactly(0);
    assertThat(log.impressionItems())
        .containsExactly(
            ids(page).stream().mapToInt(id -> TinyBundles.catalogue().row(id)).toArray());
    assertThat(log.impressionBits()).containsExactly(0, 2, 0, 0, 0);
  }

  @Test
  void loadBundle_swapsAndRefuses() {
    try (UniPinAdminClient admin = UniPinAdminClient.connect("127.0.0.1:" + server.adminPort())) {
      page("u", "");
      assertThat(admin.cache().getEntries()).isEqualTo(1);
      BundleStatus status = admin.loadBundle("two");
      assertThat(status.getBundle()).isEqualTo("two");
      assertThat(status.getItems()).isEqualTo(TinyBundles.ITEMS);
      assertThat(admin.cache().getEntries()).isZero();
      assertThat(page("u", "").getServed().getBundle()).isEqualTo("two");
      for (String name : List.of("", "../one", "three")) {
        assertThatThrownBy(() -> admin.loadBundle(name))
            .isInstanceOfSatisfying(
                RequestException.class,
                e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID));
      }
      assertThat(admin.bundle().getBundle()).isEqualTo("two");
    }
  }

  @Test
  void ports_serveOnlyWhatTheyAreFor() {
    ManagedChannel serving = channel(server.port());
    ManagedChannel admin = channel(server.adminPort());
    try {
      for (ManagedChannel channel : List.of(serving, admin)) {
        HealthCheckRequest request =
            HealthCheckRequest.newBuilder().setService("unipin.v1.UniPin").build();
        assertThat(HealthGrpc.newBlockingStub(channel).check(request).getStatus())
            .isEqualTo(ServingStatus.SERVING);
      }
      assertThatThrownBy(
              () ->
                  UniPinAdminGrpc.newBlockingStub(serving)
                      .getBundle(GetBundleRequest.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    } finally {
      serving.shutdownNow();
      admin.shutdownNow();
    }
  }

  @Test
  void metrics_areShown() throws Exception {
    page("u", "");
    assertThat(get("/healthz").body()).isEqualTo("ok\n");
    assertThat(get("/metrics").body())
        .contains(
            "unipin_requests_seconds_bucket{rpc=\"RetrieveAndRank\",status=\"OK\",le=\"0.05\"}",
            "unipin_stages_seconds_count{arm=\"default\",cache=\"prefill\",stage=\"score\"} 1",
            "unipin_cache_lookups_total{outcome=\"prefill\",reason=\"absent\"}",
            "unipin_cache_leases 0.0",
            "unipin_bundle{bundle=\"one\"");
    assertThat(get("/elsewhere").statusCode()).isEqualTo(404);
    assertThat(get("/metrics/deeper").statusCode()).isEqualTo(404);
  }

  @Test
  void calls_refusedBeforeTheyRun_areCounted() throws Exception {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    try {
      Metadata headers = new Metadata();
      headers.put(Metadata.Key.of("unipin-priority", Metadata.ASCII_STRING_MARSHALLER), "tomorrow");
      UniPinGrpc.UniPinBlockingStub stub = UniPinGrpc.newBlockingStub(channel);
      assertThatThrownBy(
              () ->
                  stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                      .rank(RankRequest.getDefaultInstance()))
          .isInstanceOf(StatusRuntimeException.class);
      RetrieveRequest.Builder tooManyParts = RetrieveRequest.newBuilder();
      tooManyParts.setUnknownFields(
          UnknownFieldSet.newBuilder().addField(99, manyNumbers()).build());
      assertThatThrownBy(() -> stub.retrieve(tooManyParts.build()))
          .isInstanceOf(StatusRuntimeException.class);
    } finally {
      channel.shutdownNow();
    }
    assertThat(get("/metrics").body())
        .contains("unipin_requests_seconds_count{rpc=\"Rank\",status=\"INVALID_ARGUMENT\"} 1")
        .contains("unipin_requests_seconds_count{rpc=\"Retrieve\",status=\"INVALID_ARGUMENT\"} 1");
  }

  private static UnknownFieldSet.Field manyNumbers() {
    UnknownFieldSet.Field.Builder numbers = UnknownFieldSet.Field.newBuilder();
    for (int i = 0; i < 150_000; i++) {
      numbers.addVarint(1);
    }
    return numbers.build();
  }

  @Test
  void call_withoutTime_isRefusedAndLeavesNoLease() throws Exception {
    try (UniPinClient hasty =
        UniPinClient.connect("127.0.0.1:" + server.port(), Duration.ofNanos(1))) {
      assertThatThrownBy(() -> hasty.retrieveAndRank(request("u", "")))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.DEADLINE));
    }
    page("u", "");
    assertThat(get("/metrics").body()).contains("unipin_cache_leases 0.0");
  }

  @Test
  void close_refusesFurtherCalls() {
    server.close();
    server.close();
    assertThatThrownBy(() -> page("u", ""))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.UNAVAILABLE));
  }

  @Test
  void start_wrongBundleOrWeights_failsAndClosesEverything() {
    server.close();
    assertThatThrownBy(() -> UniPinServer.start(TestServer.config(folder, "bundle.name=none")))
        .hasMessageStartingWith("bundle none: no such bundle");
    assertThatThrownBy(
            () ->
                UniPinServer.start(
                    TestServer.config(folder, "ranking.utilityWeights={applaud: 1}")))
        .hasMessageContaining("got applaud");
    assertThatThrownBy(() -> UniPinServer.start(TestServer.config(folder, "history.limit=8")))
        .hasMessageContaining("history.limit");
    server = UniPinServer.start(TestServer.config(folder));
  }

  @Test
  void retrieveAndRank_otherCalls_answer() {
    assertThat(
            client
                .retrieve(RetrieveRequest.newBuilder().setUser(user("u")).setCandidates(7).build())
                .getItemsList())
        .hasSize(7);
    assertThat(
            client
                .rank(
                    RankRequest.newBuilder()
                        .setUser(user("u"))
                        .addItemIds(1003)
                        .addItemIds(99)
                        .build())
                .getServed()
                .getUnknownItemIdsList())
        .containsExactly(99L);
  }

  private static ManagedChannel channel(int port) {
    return ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private RetrieveAndRankResponse page(String user, String cursor) {
    return client.retrieveAndRank(request(user, cursor));
  }

  private static RetrieveAndRankRequest request(String user, String cursor) {
    return RetrieveAndRankRequest.newBuilder().setUser(user(user)).setPageCursor(cursor).build();
  }

  private static UserContext user(String user) {
    return UserContext.newBuilder().setUserId(user).setTimeMs(NOW).build();
  }

  private void record(String user, int count, int from) {
    assertThat(client.recordActions(actions(user, count, from)).getRecorded()).isEqualTo(count);
  }

  private static RecordActionsRequest actions(String user, int count, int from) {
    UserActions.Builder actions = UserActions.newBuilder().setUserId(user);
    for (int i = from; i < from + count; i++) {
      actions.addActions(
          Action.newBuilder()
              .setItemId(1000 + i)
              .addActions("click")
              .setTimeMs(NOW - 100_000 + i)
              .setEventId("event" + i));
    }
    return RecordActionsRequest.newBuilder().addUsers(actions).build();
  }

  private static List<Long> ids(RetrieveAndRankResponse page) {
    return page.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }
}
