package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UniPinGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the limits of a client's connection. The server disconnects a client that exceeds these
 * limits, but must continue to serve other clients.
 */
@Timeout(60)
final class TransportLimitsTest {
  private static final int MAX_RESETS = 50;

  /** The default in server-defaults.yaml. Most tests of this class use a lower limit. */
  private static final String DEFAULT_RESETS = "server.maxResets=30000";

  @TempDir Path folder;
  private TinyServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server = TinyServer.start(folder, "server.maxResets=" + MAX_RESETS, "server.maxMessage=512KiB");
    channel = NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
  }

  @AfterEach
  void stop_othersAreServed() {
    assertThat(server.client().retrieveAndRank(TinyServer.request(1)).getItemsList()).isNotEmpty();
    channel.shutdownNow();
    server.close();
  }

  @Test
  void cancel_tooOften_closesTheConnection() throws Exception {
    BlockingQueue<Status> end = new LinkedBlockingQueue<>();
    BlockingQueue<HealthCheckResponse> health = new LinkedBlockingQueue<>();
    HealthGrpc.newStub(channel)
        .watch(
            HealthCheckRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse response) {
                health.add(response);
              }

              @Override
              public void onError(Throwable failure) {
                end.add(Status.fromThrowable(failure));
              }

              @Override
              public void onCompleted() {
                end.add(Status.OK);
              }
            });
    health.take();
    for (int call = 0; call < 4 * MAX_RESETS; call++) {
      ClientCall<RetrieveAndRankRequest, RetrieveAndRankResponse> reset =
          channel.newCall(UniPinGrpc.getRetrieveAndRankMethod(), CallOptions.DEFAULT);
      reset.start(new ClientCall.Listener<>() {}, new Metadata());
      reset.cancel("changed my mind", null);
    }
    // The server sends a reason and closes the connection. The call ends with this reason, or with
    // UNAVAILABLE if the client notices the closed connection first.
    assertThat(end.take().getCode()).isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.UNAVAILABLE);
    while (server.metric("unipin_connections_cut_total") < 1) {
      Thread.onSpinWait(); // the server counts a connection as cut only when it closes it
    }
  }

  @Test
  void call_largeMessage_isRefused() {
    RetrieveAndRankRequest large =
        RetrieveAndRankRequest.newBuilder().setRequestId("0".repeat(40 << 20)).build();
    UniPinGrpc.UniPinBlockingStub stub = UniPinGrpc.newBlockingStub(channel);
    assertThat(code(() -> stub.retrieveAndRank(large))).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void call_messageThatInflates_isRefused() {
    RetrieveAndRankRequest large =
        RetrieveAndRankRequest.newBuilder().setRequestId("0".repeat(40 << 20)).build();
    UniPinGrpc.UniPinBlockingStub stub = UniPinGrpc.newBlockingStub(channel);
    assertThat(code(() -> stub.withCompression("gzip").retrieveAndRank(large)))
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void call_manyEmptyParts_isRefusedBeforeTheyAreBuilt() throws Exception {
    byte[] actions = new byte[300_000];
    for (int i = 0; i < actions.length; i += 2) {
      actions[i] = 0x0a; // an empty message in field History.actions
    }
    byte[] request = nested(1, nested(2, actions));
    assertThat(rawCode(request)).isEqualTo(Status.Code.INVALID_ARGUMENT);
    // The empty messages become unknown fields. Parsing would create an object for each of these
    // fields.
    for (int i = 0; i < actions.length; i += 2) {
      actions[i] = 0x7a;
    }
    assertThat(rawCode(actions)).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void call_bytesThatAreNoMessage_isInvalid() {
    byte[] truncated = {0x0a, 0x7f, 0x01};
    byte[] notText = {0x0a, 0x04, 0x0a, 0x02, (byte) 0xff, (byte) 0xfe};
    byte[] wrongTag = {0x07};
    for (byte[] bytes : List.of(truncated, notText, wrongTag)) {
      assertThat(rawCode(bytes)).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  private static byte[] nested(int field, byte[] content) throws IOException {
    ByteString.Output out = ByteString.newOutput();
    CodedOutputStream coded = CodedOutputStream.newInstance(out);
    coded.writeByteArray(field, content);
    coded.flush();
    return out.toByteString().toByteArray();
  }

  /** Requests a page with these bytes as the message. Returns the status code. */
  private Status.Code rawCode(byte[] bytes) {
    return RawCalls.page(channel, bytes).map(e -> e.getStatus().getCode()).orElse(Status.Code.OK);
  }

  @Test
  void call_groups_isRefusedWhereverTheyStand() throws Exception {
    byte[] groups = new byte[200_000];
    for (int i = 0; i < groups.length; i += 2) {
      groups[i] = (1 << 3) | 3; // START_GROUP of field 1 ...
      groups[i + 1] = (1 << 3) | 4; // ... and its end
    }
    assertThat(rawCode(groups)).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(rawCode(nested(1, groups))).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void refusal_ofAnyKind_carriesItsReason() throws Exception {
    byte[] notText = {0x0a, 0x04, 0x0a, 0x02, (byte) 0xff, (byte) 0xfe};
    StatusRuntimeException invalid = RawCalls.page(channel, notText).orElseThrow();
    assertThat(reason(invalid)).isEqualTo("INVALID");
    StatusRuntimeException large = RawCalls.page(channel, new byte[600 << 10]).orElseThrow();
    assertThat(large.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(reason(large)).isEqualTo("TOO_LARGE");
    assertThat(StatusProto.fromThrowable(large).getDetailsList())
        .noneMatch(detail -> detail.is(RetryInfo.class));
    assertThat(
            large
                .getTrailers()
                .get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER)))
        .isEqualTo("-1");
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("unipin-priority", Metadata.ASCII_STRING_MARSHALLER), "first");
    UniPinGrpc.UniPinBlockingStub stub =
        UniPinGrpc.newBlockingStub(
            ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers)));
    assertThatThrownBy(() -> stub.retrieveAndRank(TinyServer.request(1)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(reason(e)).isEqualTo("INVALID"));
  }

  private static String reason(StatusRuntimeException failure) {
    try {
      ErrorInfo info = StatusProto.fromThrowable(failure).getDetails(0).unpack(ErrorInfo.class);
      assertThat(info.getDomain()).isEqualTo("unipin");
      return info.getReason();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void deadlines_thatPass_closeNoConnectionByDefault() throws Exception {
    try (TinyServer usual =
        TinyServer.start(Files.createDirectory(folder.resolve("usual")), DEFAULT_RESETS)) {
      ManagedChannel shared = NettyChannelBuilder.forTarget(usual.address()).usePlaintext().build();
      UniPinGrpc.UniPinBlockingStub stub = UniPinGrpc.newBlockingStub(shared);
      for (int call = 0; call < 1000; call++) {
        code(
            () ->
                stub.withDeadlineAfter(500, TimeUnit.MICROSECONDS)
                    .retrieveAndRank(TinyServer.request(2)));
      }
      assertThat(code(() -> stub.retrieveAndRank(TinyServer.request(1)))).isEqualTo(Status.Code.OK);
      assertThat(usual.metric("unipin_connections_cut_total")).isZero();
      shared.shutdownNow();
    }
  }

  @Test
  void call_largeHeaders_isRefused() {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("note", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(9 << 10));
    UniPinGrpc.UniPinBlockingStub stub =
        UniPinGrpc.newBlockingStub(
            ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers)));
    assertThat(code(() -> stub.retrieveAndRank(TinyServer.request(1))))
        .isNotEqualTo(Status.Code.OK);
  }

  private static Status.Code code(Runnable call) {
    try {
      call.run();
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }
}
