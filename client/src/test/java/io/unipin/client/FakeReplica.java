package io.unipin.client;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UniPinGrpc.UniPinImplBase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A server with a health service whose answers a test decides. */
final class FakeReplica implements AutoCloseable {
  private static final Metadata.Key<String> USER =
      Metadata.Key.of("x-user-id", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> ROUTE =
      Metadata.Key.of("unipin-route", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;
  private final int port;
  private final List<String> users = new CopyOnWriteArrayList<>();
  private final List<String> routes = new CopyOnWriteArrayList<>();
  private final List<String> parents = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger records = new AtomicInteger();

  /** The failure with which calls end; null lets them succeed. */
  private final AtomicReference<@Nullable StatusRuntimeException> failure = new AtomicReference<>();

  /** Time that each call takes. */
  private final AtomicInteger delayMs = new AtomicInteger();

  FakeReplica() throws IOException {
    this(0);
  }

  FakeReplica(int wanted) throws IOException {
    health(true);
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted))
            .addService(health.getHealthService())
            .addService(new Service())
            .intercept(new Headers())
            .build()
            .start();
    this.port = server.getPort();
  }

  private final class Service extends UniPinImplBase {
    @Override
    public void retrieveAndRank(
        RetrieveAndRankRequest request, StreamObserver<RetrieveAndRankResponse> observer) {
      requests.add(request.getRequestId());
      answer(observer, RetrieveAndRankResponse.getDefaultInstance());
    }

    @Override
    public void recordActions(
        RecordActionsRequest request, StreamObserver<RecordActionsResponse> observer) {
      records.incrementAndGet();
      answer(observer, RecordActionsResponse.getDefaultInstance());
    }
  }

  private <A> void answer(StreamObserver<A> observer, A answer) {
    try {
      TimeUnit.MILLISECONDS.sleep(delayMs.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    StatusRuntimeException failed = failure.get();
    if (failed != null) {
      observer.onError(failed);
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }

  private final class Headers implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String user = headers.get(USER);
      if (user != null) {
        users.add(user);
        routes.add(String.valueOf(headers.get(ROUTE)));
        parents.add(String.valueOf(headers.get(TRACEPARENT)));
      }
      return next.startCall(call, headers);
    }
  }

  int port() {
    return port;
  }

  String name() {
    return "127.0.0.1:" + port();
  }

  /** Sets the failure with which calls end; null lets them succeed. */
  void fail(@Nullable StatusRuntimeException failed) {
    failure.set(failed);
  }

  /** Sets the time that each call takes. */
  void delay(int millis) {
    delayMs.set(millis);
  }

  void health(boolean serves) {
    health.setStatus(
        UniPinGrpc.SERVICE_NAME, serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** Returns the values of {@code x-user-id} of all calls so far. */
  List<String> users() {
    return users;
  }

  /**
   * Returns the header {@code unipin-route} of each call so far; the text "null" if it is missing.
   */
  List<String> routes() {
    return routes;
  }

  /**
   * Returns the header {@code traceparent} of each call so far; the text "null" if it is missing.
   */
  List<String> parents() {
    return parents;
  }

  /** Returns the request ids of all page requests so far. */
  List<String> requests() {
    return requests;
  }

  int records() {
    return records.get();
  }

  /** Ends all connections at once, as if the process had been killed. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
