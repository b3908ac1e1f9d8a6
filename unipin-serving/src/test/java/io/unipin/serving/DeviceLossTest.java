package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.model.features.DeviceFullException;
import io.unipin.model.features.DeviceLostException;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.TokenSequence;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.pipeline.RankingModel;
import io.unipin.serving.pipeline.UserSession;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.request.Candidate;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server whose graphics card has no memory left, and a server whose card fails. */
@Timeout(120)
final class DeviceLossTest {
  private static final RetrieveAndRankRequest REQUEST =
      RetrieveAndRankRequest.newBuilder()
          .setUser(UserContext.newBuilder().setUserId("u").setTimeMs(1_700_000_000_000L))
          .build();

  @TempDir Path folder;

  /** The failure that the next scores throw; null if the server computes them. */
  private final AtomicReference<@Nullable ModelException> failure = new AtomicReference<>();

  /** Scores with the server's own ranking model, but throws {@link #failure} if there is one. */
  private record Failing(RankingModel own, AtomicReference<@Nullable ModelException> failure)
      implements RankingModel {
    @Override
    public CostedModel costs(LoadedBundle serving) {
      return own.costs(serving);
    }

    @Override
    public float[] score(UserSession user, List<Candidate> candidates) {
      ModelException now = failure.get();
      if (now != null) {
        throw now;
      }
      return own.score(user, candidates);
    }

    @Override
    public boolean takesCounts() {
      return false;
    }

    @Override
    public boolean isResident(String user) {
      return own.isResident(user);
    }

    @Override
    public int refresh(String user, Supplier<TokenSequence> history) {
      return own.refresh(user, history);
    }

    @Override
    public void check(LoadedBundle serving) {
      own.check(serving);
    }
  }

  private UniPinServer start() {
    Path bundles = folder.resolve("bundles");
    bundles.toFile().mkdirs();
    TinyBundles.publish(bundles, "one", "exact", 1, folder.resolve("scratch"));
    return UniPinServer.start(
        TestServer.config(folder),
        (encoder, costs) -> new Failing(RankingModel.CACHED.of(encoder, costs), failure));
  }

  @Test
  void score_noMemoryOnTheCard_refusesTheCallAlone() {
    try (UniPinServer server = start();
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      failure.set(new DeviceFullException("no memory", new IllegalStateException()));
      assertThatThrownBy(() -> client.retrieveAndRank(REQUEST))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.OVERLOADED));
      failure.set(null);
      assertThat(client.retrieveAndRank(REQUEST).getItemsCount()).isPositive();
      assertThat(server.isDeviceLost()).isFalse();
    }
  }

  @Test
  void score_cardThatFailed_stopsTheServer() throws Exception {
    try (UniPinServer server = start();
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      failure.set(new DeviceLostException("lost", new IllegalStateException()));
      assertThatThrownBy(() -> client.retrieveAndRank(REQUEST))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.UNAVAILABLE));
      server.awaitTermination();
      assertThat(server.isDeviceLost()).isTrue();
    }
  }
}
