package io.unipin.serving.rpc.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.RetrieveResponse;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.rpc.intake.Intake;
import io.unipin.serving.rpc.intake.ReceiveBudget;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A port for HTTP with JSON, without a network. Its service keeps calls until a test answers them.
 * Its connections have a clock that a test advances.
 */
final class TestDoor implements AutoCloseable {
  private static final int MAX_MESSAGE = 4096;
  static final String HOST = "Host: h\r\n";
  static final String JSON = HOST + "Content-Type: application/json\r\n";
  static final String ERASURE =
      "POST /v1/EraseUser HTTP/1.1\r\n" + JSON + "Content-Length: 14\r\n\r\n{\"userId\":\"u\"}";

  final ServingMetrics metrics = new ServingMetrics();
  final ReceiveBudget budget = new ReceiveBudget(64L << 20);
  final Service service = new Service();
  final Door door = door(100, 64L << 20);
  final List<EmbeddedChannel> channels = new ArrayList<>();

  /** A service that keeps its calls until a test answers them. */
  static final class Service extends UniPinGrpc.UniPinImplBase {
    final List<String> users = new ArrayList<>();
    final List<StreamObserver<EraseUserResponse>> calls = new ArrayList<>();
    final List<String> ends = new ArrayList<>();
    int cancelled;

    /** Notes how calls end. */
    final class Ends implements ServerInterceptor {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
          @Override
          public void onCancel() {
            ends.add("cancelled");
            super.onCancel();
          }

          @Override
          public void onComplete() {
            ends.add("complete");
            super.onComplete();
          }
        };
      }
    }

    @Override
    public void eraseUser(EraseUserRequest request, StreamObserver<EraseUserResponse> observer) {
      users.add(request.getUserId());
      calls.add(observer);
      ((ServerCallStreamObserver<EraseUserResponse>) observer)
          .setOnCancelHandler(() -> cancelled++);
    }

    @Override
    public void retrieve(RetrieveRequest request, StreamObserver<RetrieveResponse> observer) {
      observer.onError(failure(ServingException.overloaded("busy", Duration.ofMillis(1200))));
    }

    void answer(int call) {
      calls.get(call).onNext(EraseUserResponse.newBuilder().setExisted(true).build());
      calls.get(call).onCompleted();
    }
  }

  Door door(int connections, long maxUnsent) {
    Intake intake =
        new Intake(
            budget,
            MAX_MESSAGE,
            new Intake.Texts(
                TestDoor::failure,
                (status, trailers) -> trailers,
                (rpc, status) -> metrics.request(rpc, status, 0)),
            Intake.resets(10, 30, () -> {}));
    JsonMethods methods =
        new JsonMethods(
            ServerInterceptors.intercept(
                intake.bounded(service.bindService()), service.new Ends(), intake),
            UniPinGrpc.getServiceDescriptor());
    return new Door(
        methods,
        new byte[] {'{', '}'},
        new JsonPorts.Shared(
            intake.tracers(),
            TestDoor::failure,
            metrics.json(),
            MAX_MESSAGE,
            maxUnsent,
            connections,
            () -> true));
  }

  private static StatusRuntimeException failure(ServingException failure) {
    Code code =
        switch (failure.kind()) {
          case INVALID -> Code.INVALID_ARGUMENT;
          case DEADLINE -> Code.DEADLINE_EXCEEDED;
          case OVERLOADED, TOO_LARGE -> Code.RESOURCE_EXHAUSTED;
          case CANCELLED -> Code.CANCELLED;
          case UNAVAILABLE, LOST -> Code.UNAVAILABLE;
          case INTERNAL -> Code.INTERNAL;
        };
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(String.valueOf(failure.getMessage()))
            .addDetails(Any.pack(ErrorInfo.newBuilder().setReason(failure.kind().name()).build()));
    failure
        .retryAfter()
        .ifPresent(
            retry ->
                status.addDetails(
                    Any.pack(
                        com.google.rpc.RetryInfo.newBuilder()
                            .setRetryDelay(
                                com.google.protobuf.Duration.newBuilder()
                                    .setSeconds(retry.toSeconds())
                                    .setNanos(retry.toNanosPart()))
                            .build())));
    return StatusProto.toStatusRuntimeException(status.build(), new Metadata());
  }

  EmbeddedChannel connect(Door to, ChannelHandler... first) {
    EmbeddedChannel channel = new EmbeddedChannel(first);
    channel.freezeTime();
    channel.config().setAutoRead(false);
    JsonPort.addHandlers(to, channel);
    channels.add(channel);
    channel.pipeline().fireChannelActive();
    return channel;
  }

  static void send(EmbeddedChannel channel, String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    channel.runPendingTasks();
  }

  static void disconnect(EmbeddedChannel channel) {
    var unused = channel.close();
    channel.runPendingTasks();
  }

  static void pass(EmbeddedChannel channel, long millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  static String answers(EmbeddedChannel channel) {
    channel.runPendingTasks();
    StringBuilder text = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      text.append(part.toString(StandardCharsets.UTF_8));
      part.release();
    }
    return text.toString();
  }

  double cuts(String cause) {
    String line = "unipin_json_cut_total{cause=\"" + cause + "\"} ";
    return metrics
        .scrape()
        .lines()
        .filter(each -> each.startsWith(line))
        .mapToDouble(each -> Double.parseDouble(each.substring(line.length())))
        .sum();
  }

  /** Closes all connections, and checks that nothing is held. */
  @Override
  public void close() {
    for (EmbeddedChannel channel : channels) {
      disconnect(channel);
      var unused = channel.finishAndReleaseAll();
    }
    assertThat(door.connections().count()).isZero();
    assertThat(budget.used()).isZero();
    metrics.close();
  }
}
