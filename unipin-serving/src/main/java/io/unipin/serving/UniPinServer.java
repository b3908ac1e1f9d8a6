package io.unipin.serving;

import io.unipin.kvcache.KvCacheConfig;
import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.admission.KvRefresher;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.ItemChanges;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.checks.StartChecks;
import io.unipin.serving.console.Console;
import io.unipin.serving.console.ConsoleParts;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.experiment.ExposureLog;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.log.ServedLog;
import io.unipin.serving.metrics.MetricsEndpoint;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.pipeline.RecommenderConfig;
import io.unipin.serving.rpc.Route;
import io.unipin.serving.rpc.RpcServer;
import io.unipin.serving.rpc.RpcServices;
import io.unipin.serving.rpc.Shadow;
import io.unipin.serving.security.SecurityConfig;
import io.unipin.serving.security.TokenFile;
import io.unipin.serving.settings.ArmSettings;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.threads.MemoryTrim;
import io.unipin.serving.tracing.Tracing;
import io.unipin.serving.user.UserData;
import io.unipin.serving.user.UserStore;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: the wiring of all parts.
 *
 * <p>Stops in the opposite order of its start: it says that it stops, answers what is under way, then closes the bundle, the
 * cache (reporting leases that leaked) and the stores. Thread-safe.
 */
public final class UniPinServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(UniPinServer.class);

  /** What is open, the newest first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Those whose bundles use the cache. */
  private final List<BundleHolder> holders = new CopyOnWriteArrayList<>();

  private final BundleHolder bundles;
  private final UserKvCache cache;
  private final Admission admission;
  private final Recommender recommender;
  private final ArmRoutes routes;
  private final ServingMetrics metrics;
  private final RpcServer rpc;
  private final MetricsEndpoint endpoint;
  private final @Nullable Console console;
  private volatile boolean serving;

  private UniPinServer(ServerConfig config) {
    boolean started = false;
    try {
      metrics = opened(new ServingMetrics());
      opened(MemoryTrim.start());
      Tracing tracing = opened(Tracing.start(config.tracing()));
      metrics.expect(config.experiment().arm(), Recommender.DEGRADATIONS);
      HistoryStore histories = opened(HistoryStore.open(config.history()));
      ServedLog servedLog = opened(ServedLog.open(config.servedLog()));
      metrics.watchServedLog(servedLog::dropped);
      cache =
          opened(
              new UserKvCache(
                  new KvCacheConfig(
                      config.cache().budget().bytes(),
                      config.cache().timeToLive(),
                      config.cache().transientBudget().bytes())));
      metrics.watchCache(cache::stats);
      BundleReader reader = new BundleReader(config.bundle().folder(), config.engine().options());
      Experiments experiments = new Experiments(config.experiments());
      ExposureLog exposures = opened(ExposureLog.open(experiments, config.exposureLog()));
      metrics.watchExposures(exposures::dropped);
      RecommenderConfig pipeline = ArmSettings.of(config);
      recommender =
          new Recommender(
              histories,
              cache,
              pipeline,
              System::currentTimeMillis,
              second(config.ranking().bundle(), reader));
      ShadowParts shadow = opened(new ShadowParts(config, histories));
      bundles = serving(new BundleHolder(this::forget, config.bundle().keepPrevious()));
      routes =
          opened(
              new ArmRoutes(
                  config.experiment().arm(),
                  experiments,
                  recommender,
                  pipeline,
                  bundles,
                  this::forget));
      holders.addAll(routes.bundles());
      List<BundleHolder> others = new ArrayList<>(routes.bundles());
      others.add(shadow.bundles());
      ItemChanges items = new ItemChanges(bundles, others);
      metrics.watchIndex(items::status);
      admission =
          opened(
              new Admission(
                  "serving",
                  config.server().workerThreads(),
                  config.server().queue(),
                  config.admission(),
                  System::nanoTime));
      metrics.watchAdmission(admission::waiting, admission::limit);
      BundleOperations operations =
          new BundleOperations(
              reader,
              bundles,
              new BundleOperations.Parts(
                  routes::check,
                  items,
                  recommender,
                  admission,
                  cache,
                  this::isInUse,
                  config.cache(),
                  config.engine().precision(),
                  metrics),
              () -> serving);
      operations.load(config.bundle().name());
      routes.load(operations::prepare);
      shadow.load(operations::read, bundle -> operations.warm(bundle, shadow.recommender()));
      TokenFile tokens = tokens(config.security());
      KvRefresher refresher = refresher(config.cache().appendOnRecord());
      Shadow copies = shadow.shadow(admission, metrics, config.page().maxSize());
      UserData users =
          new UserData(
              new UserData.Parts(histories, cache, servedLog, exposures),
              user -> {
                if (isResident(user)) {
                  refresher.recorded(user);
                }
              },
              List.of(
                  new UserStore("refresher", refresher::erase),
                  new UserStore("shadow", copies::erase)));
      RpcServices services =
          new RpcServices(
              tokens,
              bundles,
              operations,
              items,
              admission,
              routes,
              users,
              cache,
              copies,
              metrics,
              tracing,
              config.page().maxSize(),
              version(config),
              System::currentTimeMillis);
      rpc = opened(RpcServer.start(config.server(), config.security(), services));
      endpoint =
          opened(
              MetricsEndpoint.start(
                  config.server().metricsAddress(),
                  config.server().metricsPort(),
                  metrics,
                  () -> serving));
      console =
          config.console().enabled()
              ? opened(
                  Console.start(
                      config.console(),
                      new ConsoleParts(
                          tokens,
                          bundles,
                          routes::of,
                          users,
                          reader,
                          operations::load,
                          admission,
                          recommender,
                          histories,
                          cache,
                          metrics,
                          experiments,
                          config.page().maxSize(),
                          version(config),
                          System::currentTimeMillis)))
              : null;
      serving = true;
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
    if (!config.security().hasTokens() && !isLoopback(config.server().host())) {
      logger.warn(
          "whoever reaches {} may call everything: security.tokens is not set",
          config.server().host());
    }
    logger.info(
        "serving on {}:{}, administration on {}, metrics on {}",
        config.server().host(),
        port(),
        adminPort(),
        metricsPort());
  }

  /** Starts a server; it serves when this returns. */
  public static UniPinServer start(ServerConfig config) {
    new StartChecks(config).require();
    return new UniPinServer(config);
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  private @Nullable TokenFile tokens(SecurityConfig security) {
    return security.hasTokens()
        ? opened(TokenFile.watch(Path.of(security.tokens()), security.reload()))
        : null;
  }

  private KvRefresher refresher(boolean enabled) {
    return new KvRefresher(
        admission,
        enabled,
        user -> {
          Route route = routes.of(user);
          try (BundleLease lease = route.bundles().acquire()) {
            return route.recommender().refresh(lease.bundle(), user);
          }
        });
  }

  private BundleHolder serving(BundleHolder holder) {
    holders.add(holder);
    return opened(holder);
  }

  private boolean isResident(String user) {
    Route route = routes.of(user);
    try (BundleLease lease = route.bundles().acquire()) {
      return route.recommender().isResident(lease.bundle(), user);
    }
  }

  /** The model that ranks what the serving bundle's retrieves, if there is to be one. */
  private @Nullable BundleHolder second(String name, BundleReader reader) {
    if (name.isEmpty()) {
      return null;
    }
    BundleHolder holder = serving(new BundleHolder(this::forget));
    holder.swap(reader.load(name));
    return holder;
  }

  /** Drops the cached state of a bundle that serves no more, unless another one can use it. */
  private void forget(LoadedBundle drained) {
    String fingerprint = recommender.fingerprint(drained);
    if (!isInUse(fingerprint)) {
      cache.eraseFingerprint(fingerprint);
    }
  }

  private boolean isInUse(String fingerprint) {
    boolean[] used = new boolean[1];
    for (BundleHolder holder : holders) {
      holder.ifServing(bundle -> used[0] |= recommender.fingerprint(bundle).equals(fingerprint));
    }
    return used[0];
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // the ports could not have been opened
    }
  }

  /** Equal for equal settings. */
  private static String version(ServerConfig config) {
    return String.format(Locale.ROOT, "%08x", config.toString().hashCode());
  }

  public int port() {
    return rpc.port();
  }

  public int adminPort() {
    return rpc.adminPort();
  }

  public int metricsPort() {
    return endpoint.port();
  }

  /** Nanoseconds that the serving bundle's model has spent in native code. */
  public long computingNanos() {
    try (BundleLease lease = bundles.acquire()) {
      return lease.bundle().model().computingNanos();
    }
  }

  /** Empty when there is no console. */
  public OptionalInt consolePort() {
    return console == null ? OptionalInt.empty() : OptionalInt.of(console.port());
  }

  /** Waits until the server is closed by another thread. */
  public void awaitTermination() throws InterruptedException {
    rpc.awaitTermination();
  }

  /** Idempotent. */
  @Override
  public void close() {
    boolean wasServing = serving;
    serving = false;
    if (rpc != null) {
      rpc.close();
    }
    while (!open.isEmpty()) {
      close(open.pop());
    }
    if (wasServing) {
      logger.info("stopped");
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      logger.error("{} did not close", part.getClass().getSimpleName(), e);
    }
  }
}
