package io.unipin.serving.rpc.json;

import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.JsonMeters;
import io.unipin.serving.threads.DaemonThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The two ports for HTTP with JSON: one for the service, one for administration.
 *
 * <p>They offer the calls of the gRPC services, through the same interceptors. Thread-safe.
 */
public final class JsonPorts implements AutoCloseable {
  static final int MAX_LINE = 4096;
  static final int MAX_HEADERS = 8 << 10;

  /**
   * Time for which a stopping port still reads from connections without a request. A client may
   * have sent a request before it could notice the stop.
   */
  private static final Duration GRACE = Duration.ofMillis(500);

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(
          Runtime.getRuntime().availableProcessors(),
          DaemonThreads.named("json"),
          NioIoHandler.newFactory());

  private final JsonPort serving;
  private final JsonPort admin;

  /**
   * One of the ports.
   *
   * @param service the service behind its interceptors
   * @param described the service as it was generated
   * @param tls context of TLS; absent if the port speaks plain HTTP
   */
  public record Side(
      String host,
      int port,
      ServerServiceDefinition service,
      ServiceDescriptor described,
      @Nullable SslContext tls) {}

  /**
   * The parts and limits that both ports share.
   *
   * @param tracers factory of the tracers that count the bytes of requests
   * @param failures turns failures into statuses
   * @param maxMessage largest number of bytes of a body
   * @param maxUnsent largest number of bytes of a port's answers that clients have not taken yet
   * @param connections largest number of connections of a port
   * @param healthy whether the server serves
   */
  public record Shared(
      ServerStreamTracer.Factory tracers,
      Function<ServingException, StatusRuntimeException> failures,
      JsonMeters metrics,
      long maxMessage,
      long maxUnsent,
      int connections,
      BooleanSupplier healthy) {}

  public JsonPorts(Side serving, Side admin, Shared shared) {
    this.serving = new JsonPort(serving, shared, threads);
    this.admin = new JsonPort(admin, shared, threads);
    shared.metrics().watch(() -> this.serving.connections() + this.admin.connections());
  }

  /**
   * Opens both ports.
   *
   * @throws ServingException UNAVAILABLE when a port can't be opened
   */
  public void start() {
    serving.start();
    admin.start();
  }

  public int port() {
    return serving.port();
  }

  public int adminPort() {
    return admin.port();
  }

  /** Announces the stop: from now on, each connection is closed after its next answer. */
  public void announceStop() {
    ports().forEach(JsonPort::announceStop);
  }

  /** Takes no more connections. Idle connections are closed soon. */
  public void shutdown() {
    announceStop();
    ports().forEach(JsonPort::closeListener);
    var unused = threads.next().schedule(this::closeIdle, GRACE.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void closeIdle() {
    ports().forEach(JsonPort::closeWaiting);
  }

  /** Waits after {@link #shutdown} until all connections are closed, but at most for this time. */
  public void awaitClosed(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    for (JsonPort port : ports()) {
      port.awaitClosed(end - System.nanoTime());
    }
  }

  private List<JsonPort> ports() {
    return List.of(serving, admin);
  }

  /** Closes both ports with all connections. Idempotent. */
  @Override
  public void close() {
    ports().forEach(JsonPort::close);
    var unused = threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
