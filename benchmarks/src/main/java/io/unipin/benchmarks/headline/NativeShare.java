package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.settings.ConfigReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures which share of a request's time is spent outside native compute, if the user's KV is
 * cached.
 *
 * <p>The time outside native compute is the time of gRPC on both sides, queues, history, copies and
 * sorting. The server measures the time inside the model's native calls. The whole search of the
 * index counts as native compute.
 */
public final class NativeShare {
  private static final long START_MS = 1_700_000_000_000L;
  private static final String USER = "user";
  private static final RetrieveAndRankRequest REQUEST =
      RetrieveAndRankRequest.newBuilder().setUser(UserContext.newBuilder().setUserId(USER)).build();

  /**
   * The number of requests with few candidates before the measurement. After these requests the
   * server behaves as it does after minutes of traffic.
   */
  private static final int REHEARSALS = 6000;

  /** The name of the search stage in responses. */
  private static final String SEARCH = "search";

  private NativeShare() {}

  public static Spread outside(int history, int candidates, int rounds) throws IOException {
    try (ScratchFolder folder = ScratchFolder.create("native-share")) {
      HeadlineWorld world =
          new HeadlineWorld(folder.path().resolve("bundles"), history, candidates);
      world.publish(folder.path());
      List<String> settings =
          List.of(
              "server.port=0",
              "server.adminPort=0",
              "server.metricsPort=0",
              "bundle.folder=" + world.bundles(),
              "bundle.name=" + HeadlineWorld.ONE,
              "history.folder=" + folder.path().resolve("history"),
              "retrieval.candidates=" + candidates,
              "cache.budget=" + 4 * world.userBytes() + "B");
      try (UniPinServer server = UniPinServer.start(ConfigReader.read(Map.of(), settings));
          UniPinClient client =
              UniPinClient.connect("127.0.0.1:" + server.port(), Duration.ofMinutes(1))) {
        record(client, history);
        RetrieveAndRankRequest few = REQUEST.toBuilder().setCandidates(HeadlineTraffic.FEW).build();
        for (int i = 0; i < REHEARSALS; i++) {
          share(client, server, few); // lets the JVM compile the code of a request
        }
        for (int i = 0; i < rounds / 2; i++) {
          share(client, server, REQUEST);
        }
        double[] shares = new double[rounds];
        for (int i = 0; i < rounds; i++) {
          shares[i] = share(client, server, REQUEST);
        }
        return Spread.of(shares);
      }
    }
  }

  private static double share(
      UniPinClient client, UniPinServer server, RetrieveAndRankRequest request) {
    long computing = server.computingNanos();
    long begin = System.nanoTime();
    RetrieveAndRankResponse response = client.retrieveAndRank(request);
    double all = System.nanoTime() - begin;
    Served served = response.getServed();
    double search = 1e6 * served.getStagesMsOrDefault(SEARCH, 0);
    return 1 - (server.computingNanos() - computing + search) / all;
  }

  private static void record(UniPinClient client, int history) {
    Random random = new Random(1);
    UserActions.Builder actions = UserActions.newBuilder().setUserId(USER);
    for (int i = 0; i < history; i++) {
      actions.addActions(
          Action.newBuilder()
              .setItemId(random.nextInt(HeadlineWorld.ITEMS))
              .addActions("click")
              .setTimeMs(START_MS + i * 60_000L)
              .setEventId("h" + i));
    }
    client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
  }
}
