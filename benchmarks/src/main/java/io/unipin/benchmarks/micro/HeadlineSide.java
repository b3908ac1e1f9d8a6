package io.unipin.benchmarks.micro;

import io.unipin.serving.ConfigReader;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.rpc.UniPinClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One side of the headline: a running server with its traffic. */
final class HeadlineSide implements AutoCloseable {
  /** The sides, all configurations of the same server over the same bundles. */
  enum Kind {
    /** Two models; each request encodes its history twice. */
    TWO_MODELS_SPARSE(true, false),
    /** One model; KV lives for one request. The paper's setting. */
    ONE_MODEL_REQUEST(false, false),
    /** One model with the user KV cache. */
    ONE_MODEL_USER(false, true),
    /** Two models, each with a user KV cache, together the same bytes. */
    TWO_MODELS_USER(true, true);

    private final boolean twoModels;
    private final boolean cached;

    Kind(boolean twoModels, boolean cached) {
      this.twoModels = twoModels;
      this.cached = cached;
    }
  }

  /** Far more than visit at once: a session finds its user's state as long as nothing else pushes it out. */
  private static final int CACHED_USERS = 64;

  private final UniPinServer server;
  private final UniPinClient client;
  private final HeadlineTraffic traffic;

  private HeadlineSide(UniPinServer server, UniPinClient client, HeadlineTraffic traffic) {
    this.server = server;
    this.client = client;
    this.traffic = traffic;
  }

  static HeadlineSide start(Kind kind, HeadlineWorld world, Path folder, int users) {
    List<String> settings = new ArrayList<>();
    settings.add("server.port=0");
    settings.add("server.adminPort=0");
    settings.add("server.metricsPort=0");
    settings.add("bundle.folder=" + world.bundles());
    settings.add("bundle.name=" + HeadlineWorld.ONE);
    settings.add("history.folder=" + folder.resolve("history-" + kind));
    settings.add("retrieval.candidates=" + world.candidates());
    settings.add("cache.budget=" + (kind.cached ? world.cacheBytes(CACHED_USERS) : 0) + "B");
    settings.add("cache.transientBudget=1GiB");
    if (kind.twoModels) {
      settings.add("ranking.bundle=" + HeadlineWorld.TWO);
    }
    UniPinServer server = UniPinServer.start(ConfigReader.read(Map.of(), settings));
    UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port(), Duration.ofMinutes(1));
    HeadlineTraffic traffic =
        new HeadlineTraffic(client, world.history(), HeadlineWorld.ITEMS, users);
    traffic.preload();
    return new HeadlineSide(server, client, traffic);
  }

  HeadlineTraffic traffic() {
    return traffic;
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
