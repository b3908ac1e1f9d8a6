package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.rival.SecondModel;
import io.unipin.client.UniPinClient;
import io.unipin.model.Precision;
import io.unipin.model.engine.Implementation;
import io.unipin.model.engine.MatrixType;
import io.unipin.model.engine.NativeEngine;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.pipeline.RankingModel;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One side of the comparison: a running server with its traffic. */
public final class HeadlineSide implements AutoCloseable {
  /**
   * The compared sides. All sides are configurations of the same server with the same bundles. All
   * sides use one engine, except the sides named PYTORCH.
   */
  public enum Kind {
    /**
     * Two models. The ranking model encodes the history again in a causal pass. Then it encodes the
     * candidates.
     */
    TWO_MODELS_SPARSE(2, false, 0, Computing.EQUAL),
    /**
     * Two models. The ranking model makes one pass over history and candidates under a dense mask.
     */
    TWO_MODELS_DENSE(2, true, 0, Computing.EQUAL),
    /** One model whose keys and values are dropped after each request, as in the paper. */
    ONE_MODEL_REQUEST(1, false, 0, Computing.EQUAL),
    /** One model with the user KV cache. */
    ONE_MODEL_USER(1, false, ROOMY, Computing.EQUAL),
    /** One model with a user KV cache that is too small: it holds 60 % of the visitors. */
    ONE_MODEL_USER_SHORT(1, false, SHORT, Computing.EQUAL),
    /**
     * Two models that share one cache. The cache has as many bytes as the cache of
     * ONE_MODEL_USER_SHORT.
     */
    TWO_MODELS_USER_SHORT(2, false, SHORT, Computing.EQUAL),
    /** Two sparse models in PyTorch: their TorchScript programs compute them, in float32. */
    TWO_MODELS_PYTORCH(2, false, 0, Computing.PYTORCH),
    /** Two sparse models in PyTorch, in int8. */
    TWO_MODELS_PYTORCH_INT8(2, false, 0, Computing.PYTORCH_INT8),
    /** One model with the user KV cache, in int8. */
    ONE_MODEL_USER_INT8(1, false, ROOMY, Computing.EQUAL_INT8);

    private final int models;
    private final boolean dense;
    private final double roomForVisitors;
    private final Computing computing;

    Kind(int models, boolean dense, double roomForVisitors, Computing computing) {
      this.models = models;
      this.dense = dense;
      this.roomForVisitors = roomForVisitors;
      this.computing = computing;
    }

    /**
     * Returns the sides that can be compared on this processor. The sides in int8 need a processor
     * on which the native engine computes in int8.
     */
    static List<Kind> possible(ModelConfig shape) {
      boolean int8 = NativeEngine.unsupported(shape, MatrixType.INT8).isEmpty();
      return Stream.of(values())
          .filter(kind -> int8 || kind.computing.precision == Precision.FLOAT32)
          .toList();
    }

    /** Returns whether the side has a second model, which encodes the history again and ranks. */
    boolean twoModels() {
      return models == 2;
    }

    boolean dense() {
      return dense;
    }

    /** Returns whether the users' keys and values are kept after a request. */
    boolean cached() {
      return roomForVisitors > 0;
    }

    /** Returns whether the cache has room for the state of every visitor. */
    boolean roomy() {
      return roomForVisitors >= 1;
    }

    /** Returns the side's name for display. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** The implementation that computes the models of a side, and its precision. */
  private enum Computing {
    /** The native engine if the processor supports it, otherwise the program. */
    EQUAL(Implementation.AUTO, Precision.FLOAT32),
    EQUAL_INT8(Implementation.AUTO, Precision.INT8),
    PYTORCH(Implementation.PROGRAM, Precision.FLOAT32),
    PYTORCH_INT8(Implementation.PROGRAM, Precision.INT8);

    private final Implementation implementation;
    private final Precision precision;

    Computing(Implementation implementation, Precision precision) {
      this.implementation = implementation;
      this.precision = precision;
    }
  }

  /**
   * The size of the cache, as a multiple of the bytes of all visitors' state in one model. ROOMY is
   * ample, and SHORT is too small.
   */
  private static final double ROOMY = 3;

  private static final double SHORT = 0.6;

  private final UniPinServer server;
  private final UniPinClient client;
  private final HeadlineTraffic traffic;

  /** The bundle of the ranking model on sides with two models. */
  private final @Nullable LoadedBundle second;

  private HeadlineSide(
      UniPinServer server,
      UniPinClient client,
      HeadlineTraffic traffic,
      @Nullable LoadedBundle second) {
    this.server = server;
    this.client = client;
    this.traffic = traffic;
    this.second = second;
  }

  /** Starts a side. The settings in {@code more} override the side's own settings. */
  public static HeadlineSide start(Kind kind, HeadlineWorld world, Path folder, String... more) {
    List<String> settings = new ArrayList<>();
    settings.add("server.port=0");
    settings.add("server.adminPort=0");
    settings.add("server.metricsPort=0");
    settings.add("console.enabled=false");
    settings.add("bundle.folder=" + world.bundles());
    settings.add("bundle.name=" + HeadlineWorld.ONE);
    settings.add("history.folder=" + folder.resolve("history-" + System.nanoTime()));
    settings.add("retrieval.candidates=" + world.candidates());
    settings.add("engine.implementation=" + kind.computing.implementation);
    settings.add("engine.precision=" + kind.computing.precision);
    double users = kind.roomForVisitors * HeadlineTraffic.VISITORS;
    settings.add("cache.budget=" + (long) (users * world.userBytes()) + "B");
    settings.add("cache.transientBudget=1GiB");
    // The requests of a burst in an open loop must wait instead of being refused.
    settings.add("admission.minConcurrency=1000");
    settings.add("admission.burstWait=30s");
    settings.add("admission.standingWait=30s");
    settings.addAll(List.of(more));
    ServerConfig config = ConfigReader.read(Map.of(), settings);
    LoadedBundle second = kind.twoModels() ? second(world, config) : null;
    RankingModel.Factory ranking = second == null ? RankingModel.CACHED : rival(kind, second);
    UniPinServer server = UniPinServer.start(config, ranking);
    UniPinClient client = UniPinClient.connect(address(server), Duration.ofMinutes(1));
    return new HeadlineSide(
        server, client, new HeadlineTraffic(client, world.history(), HeadlineWorld.ITEMS), second);
  }

  private static LoadedBundle second(HeadlineWorld world, ServerConfig config) {
    return new BundleReader(world.bundles(), config.engine().options().withComparison())
        .load(HeadlineWorld.TWO);
  }

  private static RankingModel.Factory rival(Kind kind, LoadedBundle second) {
    SecondModel.Pass pass = kind.dense ? SecondModel.Pass.DENSE : SecondModel.Pass.SPARSE;
    return SecondModel.of(second, pass);
  }

  /** Returns the server's host and port. */
  public String address() {
    return address(server);
  }

  private static String address(UniPinServer server) {
    return "127.0.0.1:" + server.port();
  }

  public HeadlineTraffic traffic() {
    return traffic;
  }

  @Override
  public void close() {
    traffic.close();
    client.close();
    server.close();
    if (second != null) {
      second.close();
    }
  }
}
