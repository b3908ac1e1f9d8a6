package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UniPinGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client may do to a connection, and that others are served on while it is told off. */
@Timeout(60)
final class TransportLimitsTest {
  private static final int MAX_RESETS = 50;

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
    // The server says why it leaves, and leaves: a call ends by whichever of the two the client
    // reads first.
    assertThat(end.take().getCode()).isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.UNAVAILABLE);
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
      actions[i] = 0x0a; // History.actions of length 0
    }
    byte[] request = nested(1, nested(2, actions));
    assertThat(rawCode(request)).isEqualTo(Status.Code.INVALID_ARGUMENT);
    // The same number of unknown fields: they would be kept, each as an object.
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

  /** Sends bytes as they are. */
  private Status.Code rawCode(byte[] bytes) {
    MethodDescriptor.Marshaller<byte[]> raw =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
          }

          @Override
          public byte[] parse(InputStream stream) {
            return new byte[0];
          }
        };
    MethodDescriptor<byte[], byte[]> method =
        UniPinGrpc.getRetrieveAndRankMethod().toBuilder(raw, raw).build();
    return code(() -> ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, bytes));
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
