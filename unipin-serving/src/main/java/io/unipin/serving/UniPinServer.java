package io.unipin.serving;

import io.unipin.serving.admission.KvRefresher;
import io.unipin.serving.checks.StartChecks;
import io.unipin.serving.console.Console;
import io.unipin.serving.console.ConsoleParts;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.items.ItemWriter;
import io.unipin.serving.metrics.MetricsEndpoint;
import io.unipin.serving.pipeline.RankingModel;
import io.unipin.serving.request.ServerIdentity;
import io.unipin.serving.rpc.RpcServer;
import io.unipin.serving.rpc.RpcServices;
import io.unipin.serving.rpc.Shadow;
import io.unipin.serving.rpc.json.JsonPorts;
import io.unipin.serving.security.SecurityConfig;
import io.unipin.serving.security.TokenFile;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.user.UserData;
import io.unipin.serving.user.UserStore;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server, which connects all parts.
 *
 * <p>Its parts stop in the reverse order of their start. The server first announces the stop and
 * answers running requests. Then it closes the bundle, the cache and the stores. Closing the cache
 * reports leaked leases. Thread-safe.
 */
public final class UniPinServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(UniPinServer.class);

  private final OpenParts parts = new OpenParts();
  private final ServerConfig config;
  private final ServerStores stores;
  private final ServerModels models;
  private final Ports ports;
  private final DeviceLoss device = new DeviceLoss(this::close);
  private final ReentrantLock closing = new ReentrantLock();
  private volatile boolean serving;

  /** The ports for callers and operators. */
  private record Ports(RpcServer rpc, MetricsEndpoint metrics, @Nullable Console console) {}

  private UniPinServer(ServerConfig config, RankingModel.Factory ranking, boolean pooled) {
    this.config = config;
    boolean started = false;
    try {
      boolean empty = ServerFleet.isEmpty(config);
      stores = ServerStores.open(config, new CacheMemory(config, pooled, parts), parts);
      models = new ServerModels(config, stores, parts, ranking);
      BundleOperations operations = models.load(() -> serving);
      ItemWriter changes = stores.topics().items(models.items(), models::bundleName, parts);
      RpcServices services = services(operations, changes);
      stores.fleet().enter(models::versions);
      MetricsEndpoint endpoint = openMetrics(); // reports why other ports are not open yet
      stores.fleet().erasures().ifPresent(parts::opened); // they close before the stores
      ServerFleet.follow(stores.fleet(), config, stores.histories(), services.users(), empty);
      ports = openPorts(services, endpoint);
      stores
          .topics()
          .read(
              services, stores.histories(), () -> ServerFleet.knowsErasures(stores.fleet()), parts);
      serving = true;
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
    report();
  }

  private RpcServices services(BundleOperations operations, ItemWriter changes) {
    TokenFile tokens = tokens(config.security());
    Shadow copies = models.shadow(config.page().maxSize());
    return new RpcServices(
        tokens,
        models.served(operations, changes),
        models.admission(),
        users(copies),
        copies,
        stores.telemetry(),
        new ServerIdentity(version(config), config.page().maxSize(), System::currentTimeMillis));
  }

  private UserData users(Shadow copies) {
    KvRefresher refresher = models.refresher();
    return new UserData(
        new UserData.Parts(
            stores.histories(),
            stores.cache(),
            stores.servedLog(),
            stores.exposures(),
            stores.impressions(),
            stores.topics().journal(),
            stores.fleet().spread()),
        user -> {
          if (models.isResident(user)) {
            refresher.recorded(user);
          }
        },
        List.of(
            new UserStore("refresher", refresher::erase), new UserStore("shadow", copies::erase)));
  }

  private MetricsEndpoint openMetrics() {
    return parts.opened(
        MetricsEndpoint.start(
            config.server().metricsAddress(),
            config.server().metricsPort(),
            stores.metrics(),
            () -> serving,
            () -> ServerFleet.remarks(stores.fleet())));
  }

  private Ports openPorts(RpcServices services, MetricsEndpoint endpoint) {
    RpcServer rpc =
        parts.opened(
            RpcServer.start(
                config.server(), config.json(), config.security(), services, device::report));
    ConsoleParts looked =
        new ConsoleParts(
            services,
            models.reader(),
            stores.histories(),
            models.recommender(),
            stores.experiments(),
            stores.fleet());
    Console console =
        config.console().enabled() ? parts.opened(Console.start(config.console(), looked)) : null;
    return new Ports(rpc, endpoint, console);
  }

  private void report() {
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

  /** Starts a server. When this method returns, the server answers calls. */
  public static UniPinServer start(ServerConfig config) {
    return start(config, RankingModel.CACHED);
  }

  /**
   * Starts a server with the ranking models that {@code ranking} makes. Benchmarks start rivals of
   * UniPin's own model in this way.
   */
  public static UniPinServer start(ServerConfig config, RankingModel.Factory ranking) {
    new StartChecks(config).require();
    return new UniPinServer(config, ranking, !config.engine().device().isCpu());
  }

  /**
   * Starts a server with caches in the engine's memory, as on a graphics card. With this method,
   * tests run the code for graphics cards on machines without a card.
   */
  static UniPinServer startPooled(ServerConfig config) {
    new StartChecks(config).require();
    return new UniPinServer(config, RankingModel.CACHED, true);
  }

  private @Nullable TokenFile tokens(SecurityConfig security) {
    return security.hasTokens()
        ? parts.opened(TokenFile.watch(Path.of(security.tokens()), security.reload()))
        : null;
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // this can't happen: a server with an unknown host opens no port
    }
  }

  /** Returns a hash of the settings in hexadecimal digits. Equal settings have equal hashes. */
  private static String version(ServerConfig config) {
    return String.format(Locale.ROOT, "%08x", config.toString().hashCode());
  }

  public int port() {
    return ports.rpc().port();
  }

  public int adminPort() {
    return ports.rpc().adminPort();
  }

  /** Returns the port for HTTP with JSON; empty when there is none. */
  public OptionalInt jsonPort() {
    return ports.rpc().json().stream().mapToInt(JsonPorts::port).findFirst();
  }

  /** Returns the administration's port for HTTP with JSON; empty when there is none. */
  public OptionalInt jsonAdminPort() {
    return ports.rpc().json().stream().mapToInt(JsonPorts::adminPort).findFirst();
  }

  public int metricsPort() {
    return ports.metrics().port();
  }

  /** Returns the object that adds and removes items. Tests use it. */
  ItemChanges items() {
    return models.items();
  }

  /** Returns the counts of impressions, for tests. */
  ImpressionCounts impressions() {
    return stores.impressions();
  }

  /** Returns the nanoseconds that the serving bundle's model has spent in native code. */
  public long computingNanos() {
    return models.computingNanos();
  }

  /** Returns the console's port number; empty when there is no console. */
  public OptionalInt consolePort() {
    Console console = ports.console();
    return console == null ? OptionalInt.empty() : OptionalInt.of(console.port());
  }

  /** Whether the server stopped because its device failed. */
  public boolean isDeviceLost() {
    return device.isLost();
  }

  /** Waits until the server is closed by another thread. */
  public void awaitTermination() throws InterruptedException {
    ports.rpc().awaitTermination();
  }

  /**
   * Stops the server. Idempotent. A second thread that calls this method waits until the server is
   * stopped.
   */
  @Override
  public void close() {
    closing.lock();
    try {
      boolean wasServing = serving;
      serving = false;
      if (ports != null) {
        ports.rpc().close();
      }
      parts.close();
      if (wasServing) {
        logger.info("stopped");
      }
    } finally {
      closing.unlock();
    }
  }
}
