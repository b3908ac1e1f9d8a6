package io.unipin.serving.rpc;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.rpc.audit.Audit;
import io.unipin.serving.rpc.guard.Guard;
import io.unipin.serving.rpc.intake.Intake;
import io.unipin.serving.rpc.intake.ReceiveBudget;
import io.unipin.serving.rpc.json.JsonConfig;
import io.unipin.serving.rpc.json.JsonPorts;
import io.unipin.serving.security.SecurityConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two gRPC ports. One port has the service and its health. The other port has administration,
 * health and reflection. If the settings ask for it, two more ports offer the calls as HTTP with
 * JSON.
 *
 * <p>Transport threads only decode messages and pass them on. Calls run on bounded pools.
 * Thread-safe.
 */
public final class RpcServer implements AutoCloseable {
  /*
   * Limits against floods that cost the client less than the server. See CVE-2023-44487 and
   * CVE-2025-55163.
   */
  private static final int RESET_WINDOW_SECONDS = 30;
  private static final int MAX_METADATA_BYTES = 8 << 10;
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
  private static final Duration PING_AFTER = Duration.ofMinutes(1);
  private static final Duration PING_ANSWER = Duration.ofSeconds(20);
  private static final Duration CONNECTION_IDLE = Duration.ofMinutes(15);
  private static final Duration CONNECTION_AGE = Duration.ofMinutes(10);
  private static final Duration CONNECTION_GRACE = Duration.ofMinutes(1);

  private final RpcConfig config;
  private final HealthStatusManager health = new HealthStatusManager();
  private final OpenStreams streams = new OpenStreams();
  private final Guard guard;
  private final Audit audit;
  private final Intake intake;
  private final CallRunners calls;
  private final Server server;
  private final Server admin;
  private final @Nullable JsonPorts json;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean opened;

  private RpcServer(
      RpcConfig config,
      JsonConfig json,
      SecurityConfig security,
      RpcServices services,
      Consumer<ServingException> lost) {
    this.config = config;
    this.guard = new Guard(security, services.tokens(), services.metrics(), config.maxResets());
    this.calls = CallRunners.of(services, lost);
    this.audit = new Audit(services.telemetry().audit(), services.tokens());
    this.intake = intake(config, services.metrics());
    List<ServerInterceptor> interceptors = interceptors(services.metrics());
    ServerServiceDefinition service =
        intake.bounded(Audit.noted(new UniPinService(services, calls).bindService()));
    NettyServerBuilder serving =
        builder(config.host(), config.port(), guard::servingPort, interceptors)
            .addService(service)
            .addService(intake.bounded(health.getHealthService().bindService()));
    if (config.reflection()) {
      serving.addServices(Reflection.services(intake));
    }
    this.server = serving.build();
    ServerServiceDefinition administration =
        intake.bounded(
            Audit.noted(
                new UniPinAdminService(services, calls.admin(), calls.items()).bindService()));
    this.admin =
        builder(config.adminAddress(), config.adminPort(), guard::adminPort, interceptors)
            .addService(administration)
            .addService(intake.bounded(health.getHealthService().bindService()))
            .addService(Reflection.described())
            .addServices(Reflection.services(intake))
            .build();
    JsonDoor door =
        new JsonDoor(config, guard, intake, interceptors, services.metrics(), this::isServing);
    this.json = json.enabled() ? door.ports(json, service, administration) : null;
  }

  /** Returns the interceptors of all ports. gRPC calls the last interceptor first. */
  private List<ServerInterceptor> interceptors(ServingMetrics metrics) {
    List<ServerInterceptor> all = new ArrayList<>(guard.interceptors());
    all.addAll(List.of(streams, new Arrival.Interceptor(metrics), audit, intake));
    return List.copyOf(all);
  }

  private boolean isServing() {
    return opened && !closed.get();
  }

  private static Intake intake(RpcConfig config, ServingMetrics metrics) {
    ReceiveBudget budget = new ReceiveBudget(config.maxReceiving().bytes());
    metrics.watchReceiving(budget::used, config.maxReceiving().bytes());
    return new Intake(
        budget,
        (int) config.maxMessage().bytes(),
        new Intake.Texts(
            FailureStatus::of,
            FailureStatus::explained,
            (rpc, status) -> metrics.request(rpc, status, 0)),
        Intake.resets(config.maxResets(), RESET_WINDOW_SECONDS, metrics::connectionCut));
  }

  /**
   * Opens all ports.
   *
   * @param lost takes every failure after which this process can't serve any more
   */
  public static RpcServer start(
      RpcConfig config,
      JsonConfig json,
      SecurityConfig security,
      RpcServices services,
      Consumer<ServingException> lost) {
    RpcServer rpc = new RpcServer(config, json, security, services, lost);
    boolean started = false;
    try {
      FailureStatus.warm();
      rpc.server.start();
      rpc.admin.start();
      if (rpc.json != null) {
        rpc.json.start();
      }
      rpc.health.setStatus(UniPinGrpc.SERVICE_NAME, ServingStatus.SERVING);
      rpc.opened = true;
      started = true;
      return rpc;
    } catch (IOException e) {
      throw new ServingException(
          FailureKind.UNAVAILABLE,
          "a port of %s (%s, %s) can't be opened: %s"
              .formatted(config.host(), config.port(), config.adminPort(), e.getMessage()),
          e);
    } finally {
      if (!started) {
        rpc.close();
      }
    }
  }

  private NettyServerBuilder builder(
      String host,
      int port,
      Consumer<NettyServerBuilder> protection,
      List<ServerInterceptor> interceptors) {
    NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(host, port));
    protection.accept(builder);
    interceptors.forEach(builder::intercept);
    return builder
        .addStreamTracerFactory(intake.tracers())
        .addTransportFilter(intake.resets())
        .directExecutor()
        // no limit here: the intake refuses sooner and gives the reason
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .maxInboundMetadataSize(MAX_METADATA_BYTES)
        .maxConcurrentCallsPerConnection(config.maxConcurrentCallsPerConnection())
        .maxRstFramesPerWindow(config.maxResets(), RESET_WINDOW_SECONDS)
        .handshakeTimeout(HANDSHAKE.toSeconds(), TimeUnit.SECONDS)
        .keepAliveTime(PING_AFTER.toSeconds(), TimeUnit.SECONDS)
        .keepAliveTimeout(PING_ANSWER.toSeconds(), TimeUnit.SECONDS)
        .permitKeepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxConnectionIdle(CONNECTION_IDLE.toSeconds(), TimeUnit.SECONDS)
        .maxConnectionAge(CONNECTION_AGE.toSeconds(), TimeUnit.SECONDS)
        .maxConnectionAgeGrace(CONNECTION_GRACE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Returns the port of the service. */
  public int port() {
    return server.getPort();
  }

  public int adminPort() {
    return admin.getPort();
  }

  /** Returns the ports for HTTP with JSON; empty when there are none. */
  public Optional<JsonPorts> json() {
    return Optional.ofNullable(json);
  }

  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Stops the ports. Idempotent.
   *
   * <p>It announces the stop and still serves for {@code server.stopDelay}, so that load balancers
   * notice the stop. Then it takes no more calls, waits for the running calls and closes the ports.
   * An interrupt ends the delay early.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    health.enterTerminalState();
    if (json != null) {
      json.announceStop();
    }
    boolean interrupted = serveOn();
    guard.close();
    server.shutdown();
    admin.shutdown();
    if (json != null) {
      json.shutdown();
    }
    streams.end();
    interrupted |= drain();
    if (json != null) {
      json.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for {@code server.stopDelay} while calls are still served. Returns whether the thread was
   * interrupted. Does not wait if the ports were never opened.
   */
  private boolean serveOn() {
    try {
      if (opened) {
        TimeUnit.NANOSECONDS.sleep(config.stopDelay().toNanos());
      }
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Waits for the running calls. Returns whether the thread was interrupted. */
  private boolean drain() {
    try {
      // Clients may have sent calls before they learnt of the stop. These calls still arrive and
      // are answered.
      long end = System.nanoTime() + config.drain().toNanos();
      server.awaitTermination(config.drain().toNanos(), TimeUnit.NANOSECONDS);
      if (json != null) {
        json.awaitClosed(Duration.ofNanos(end - System.nanoTime()));
      }
      calls.drain(config.drain());
      server.shutdownNow();
      admin.shutdownNow();
      server.awaitTermination(1, TimeUnit.SECONDS);
      admin.awaitTermination(1, TimeUnit.SECONDS);
      return false;
    } catch (InterruptedException e) {
      server.shutdownNow();
      admin.shutdownNow();
      return true;
    }
  }
}
