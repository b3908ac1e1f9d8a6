package io.unipin.serving.rpc;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinAdminGrpc.UniPinAdminImplBase;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UniPinGrpc.UniPinImplBase;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.rpc.intake.Intake;
import io.unipin.serving.rpc.intake.ReceiveBudget;
import io.unipin.serving.rpc.json.JsonPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server that fails as a test asks, with the statuses of a real server, by gRPC and by JSON.
 *
 * <p>If a user's id is a kind of failure, such as LOST, {@code EraseUser} fails with this kind. For
 * the user SILENT it gives no answer. For other users, the answer has the name of this server in
 * its field {@code confirmed}.
 */
public final class FaultyServer implements AutoCloseable {
  /** The user for whom {@code EraseUser} gives no answer. */
  public static final String SILENT = "SILENT";

  /** The pause that the server asks for when it is overloaded. */
  public static final Duration PAUSE = Duration.ofMillis(1200);

  private static final int MAX_MESSAGE = 1 << 20;
  private static final String HOST = "127.0.0.1";
  private static final Metadata.Key<String> USER = header("x-user-id");
  private static final Metadata.Key<String> ROUTE = header("unipin-route");

  private final String name;
  private final ServingMetrics metrics = new ServingMetrics();
  private final HealthStatusManager health = new HealthStatusManager();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Server server;
  private final int port;
  private final JsonPorts json;
  private volatile @Nullable ServingException failure;
  private final AtomicInteger failures = new AtomicInteger();
  private volatile boolean freezes;
  private volatile boolean frozen;

  /**
   * A call that arrived.
   *
   * @param nanos time of its arrival, as of {@link System#nanoTime}
   * @param user header {@code x-user-id}
   * @param route header {@code unipin-route}
   */
  public record Call(long nanos, String user, String route) {}

  private FaultyServer(String name) throws IOException {
    this.name = name;
    Intake intake =
        new Intake(
            new ReceiveBudget(64L << 20),
            MAX_MESSAGE,
            new Intake.Texts(FailureStatus::of, FailureStatus::explained, (rpc, status) -> {}),
            Intake.resets(1000, 30, () -> {}));
    ServerServiceDefinition service = intake.bounded(new Service().bindService());
    health(true);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(ServerInterceptors.intercept(health.getHealthService(), new Ice()))
            .addService(ServerInterceptors.intercept(service, new Headers(), intake))
            .addStreamTracerFactory(intake.tracers())
            .addTransportFilter(intake.resets())
            .build()
            .start();
    port = server.getPort();
    json =
        new JsonPorts(
            new JsonPorts.Side(
                HOST,
                0,
                ServerInterceptors.intercept(service, intake),
                UniPinGrpc.getServiceDescriptor(),
                null),
            new JsonPorts.Side(
                HOST,
                0,
                ServerInterceptors.intercept(new UniPinAdminImplBase() {}.bindService(), intake),
                UniPinAdminGrpc.getServiceDescriptor(),
                null),
            new JsonPorts.Shared(
                intake.tracers(),
                FailureStatus::of,
                metrics.json(),
                MAX_MESSAGE,
                64L << 20,
                100,
                () -> true));
    json.start();
  }

  private static Metadata.Key<String> header(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Starts a server with a name, which its answers contain. */
  public static FaultyServer start(String name) throws IOException {
    return new FaultyServer(name);
  }

  private final class Service extends UniPinImplBase {
    @Override
    public void eraseUser(EraseUserRequest request, StreamObserver<EraseUserResponse> observer) {
      if (freezes) {
        frozen = true;
      }
      if (frozen || request.getUserId().equals(SILENT)) {
        return;
      }
      Arrays.stream(FailureKind.values())
          .filter(kind -> kind.name().equals(request.getUserId()))
          .findFirst()
          .ifPresentOrElse(
              kind -> observer.onError(FailureStatus.of(failure(kind))),
              () -> answer(observer, EraseUserResponse.newBuilder().addConfirmed(name).build()));
    }

    @Override
    public void recordActions(
        RecordActionsRequest request, StreamObserver<RecordActionsResponse> observer) {
      answer(observer, RecordActionsResponse.newBuilder().setRecorded(1).build());
    }
  }

  private static ServingException failure(FailureKind kind) {
    return kind == FailureKind.OVERLOADED
        ? ServingException.overloaded("as asked", PAUSE)
        : new ServingException(kind, "as asked");
  }

  private <A> void answer(StreamObserver<A> observer, A answer) {
    ServingException failed = failure;
    if (failed != null && failures.getAndDecrement() > 0) {
      observer.onError(FailureStatus.of(failed));
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }

  private final class Headers implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      calls.add(
          new Call(
              System.nanoTime(),
              String.valueOf(headers.get(USER)),
              String.valueOf(headers.get(ROUTE))));
      return next.startCall(call, headers);
    }
  }

  /** Drops the calls of the health service once the server is frozen. */
  private final class Ice implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return frozen ? new ServerCall.Listener<>() {} : next.startCall(call, headers);
    }
  }

  /** From the next erasure on, the server answers no call, not even calls about its health. */
  public void freeze() {
    freezes = true;
  }

  /** Makes the next {@code times} calls fail that would otherwise succeed. */
  public void fail(int times, ServingException failed) {
    failure = failed;
    failures.set(times);
  }

  /** Sets what the health service answers. */
  public void health(boolean serves) {
    health.setStatus(
        UniPinGrpc.SERVICE_NAME, serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** Returns the calls by gRPC that arrived so far, without those of the health service. */
  public List<Call> calls() {
    return calls;
  }

  /** Returns the address for gRPC, which is also the name by which a fleet knows the server. */
  public String address() {
    return HOST + ":" + port;
  }

  /** Returns the address for HTTP with JSON. */
  public String json() {
    return "http://" + HOST + ":" + json.port();
  }

  @Override
  public void close() {
    server.shutdownNow();
    json.close();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    metrics.close();
  }
}
