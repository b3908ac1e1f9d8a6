package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.unipin.model.features.TokenSequence;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.pipeline.RankingModel;
import io.unipin.serving.pipeline.UserSession;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.request.Candidate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the order in which a server with one worker answers calls, for each admission.order. */
@Timeout(120)
final class CallOrderTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final String SLOW = "slow";
  private static final String HELD = "held";

  @TempDir Path folder;

  private final CountDownLatch holding = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<String> ranked = Collections.synchronizedList(new ArrayList<>());

  /**
   * A ranking model that is slow for one user. For another user, it waits until the test opens the
   * gate.
   */
  private final class GatedRanking implements RankingModel {
    private final RankingModel ranking;

    GatedRanking(RankingModel ranking) {
      this.ranking = ranking;
    }

    @Override
    public CostedModel costs(LoadedBundle serving) {
      return ranking.costs(serving);
    }

    @Override
    public float[] score(UserSession user, List<Candidate> candidates) {
      String id = user.wanted().user();
      ranked.add(id);
      if (id.equals(SLOW)) {
        long end = System.nanoTime() + SLOW_NANOS;
        while (System.nanoTime() - end < 0) {
          LockSupport.parkNanos(SLOW_NANOS);
        }
      }
      if (id.equals(HELD)) {
        holding.countDown();
        try {
          gate.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return ranking.score(user, candidates);
    }

    @Override
    public boolean takesCounts() {
      return false;
    }

    @Override
    public boolean isResident(String user) {
      return ranking.isResident(user);
    }

    @Override
    public int refresh(String user, Supplier<TokenSequence> history) {
      return ranking.refresh(user, history);
    }

    @Override
    public void check(LoadedBundle serving) {
      ranking.check(serving);
    }
  }

  private UniPinServer start(String... settings) {
    Path bundles = folder.resolve("bundles");
    bundles.toFile().mkdirs();
    TinyBundles.publish(bundles, "one", "exact", 1, folder.resolve("scratch"));
    return UniPinServer.start(
        TestServer.config(folder, settings),
        (encoder, costs) -> new GatedRanking(RankingModel.CACHED.of(encoder, costs)));
  }

  @ParameterizedTest
  @CsvSource({"ARRIVAL, new, cached", "COST, cached, new"})
  void calls_thatWait_runInTheOrderOfTheSetting(String order, String first, String second)
      throws Exception {
    try (UniPinServer server =
        start(
            "server.workers=1",
            "admission.order=" + order,
            "admission.overtakenFor=1m",
            "admission.burstWait=1m",
            "admission.standingWait=1m")) {
      ManagedChannel channel = channel(server);
      try {
        UniPinGrpc.UniPinFutureStub stub = UniPinGrpc.newFutureStub(channel);
        // The first page of a user takes long, the next pages do not.
        stub.retrieveAndRank(request(SLOW)).get();
        stub.retrieveAndRank(request("cached")).get();
        stub.retrieveAndRank(request("cached")).get();
        ranked.clear();
        List<ListenableFuture<RetrieveAndRankResponse>> pages = new ArrayList<>();
        pages.add(stub.retrieveAndRank(request(HELD)));
        holding.await();
        pages.add(stub.retrieveAndRank(request("new")));
        awaitWaiting(server, 1);
        pages.add(stub.retrieveAndRank(request("cached")));
        awaitWaiting(server, 2);
        gate.countDown();
        for (ListenableFuture<RetrieveAndRankResponse> page : pages) {
          assertThat(page.get().getItemsList()).hasSize(5);
        }
      } finally {
        channel.shutdownNow();
      }
    }
    assertThat(ranked).containsExactly(HELD, first, second);
  }

  @Test
  void waits_areCountedByWhatTheCacheHolds() throws Exception {
    try (UniPinServer server = start("admission.order=COST")) {
      ManagedChannel channel = channel(server);
      try {
        UniPinGrpc.UniPinFutureStub stub = UniPinGrpc.newFutureStub(channel);
        stub.retrieveAndRank(request("u")).get();
        stub.retrieveAndRank(request("u")).get();
        stub.retrieveAndRank(request("u")).get();
        Action action =
            Action.newBuilder()
                .setItemId(1000)
                .addActions(TinyBundles.ACTIONS.get(0))
                .setTimeMs(NOW)
                .build();
        RetrieveAndRankRequest.Builder grown = request("u").toBuilder();
        grown.getUserBuilder().addRecentActions(action);
        stub.retrieveAndRank(grown.build()).get();
        assertThat(metrics(server))
            .contains(
                "unipin_waits_seconds_count{kind=\"RetrieveAndRank prefill\"} 1",
                "unipin_waits_seconds_count{kind=\"RetrieveAndRank hit\"} 2",
                "unipin_waits_seconds_count{kind=\"RetrieveAndRank append\"} 1");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static ManagedChannel channel(UniPinServer server) {
    return ManagedChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  private static RetrieveAndRankRequest request(String user) {
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId(user).setTimeMs(NOW))
        .build();
  }

  private static void awaitWaiting(UniPinServer server, int calls) throws Exception {
    while (!metrics(server).contains("\nunipin_queue " + (double) calls + "\n")) {
      Thread.onSpinWait(); // the test's time limit ends this loop if a call was refused
    }
  }

  private static String metrics(UniPinServer server) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
