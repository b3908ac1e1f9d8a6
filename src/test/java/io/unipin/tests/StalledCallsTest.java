package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests calls that a client keeps open after its message, and calls whose answers the client does
 * not read. The server must serve other clients meanwhile.
 */
@Timeout(60)
final class StalledCallsTest {
  private static final int CALLS = 100;

  /**
   * The number of unknown fields in a large message. After parsing, each of these fields takes a
   * few hundred bytes.
   */
  private static final int LARGE = 125;

  private static final int HEADERS = 1;
  private static final int END_HEADERS = 4;
  private static final int END_STREAM = 1;

  @TempDir Path folder;
  private TinyServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server =
        TinyServer.start(
            folder,
            "server.maxMessage=64KiB",
            "server.maxReceiving=3MiB",
            "server.reflection=true",
            "server.maxConcurrentCallsPerConnection=1000");
    channel = NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
  }

  @AfterEach
  void stop_othersAreServed() {
    // This call uses the same connection. When the call returns, the server has therefore received
    // all messages of the test.
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
    assertThat(
            UniPinGrpc.newBlockingStub(channel)
                .retrieveAndRank(TinyServer.request(1))
                .getItemsList())
        .isNotEmpty();
    channel.shutdownNow();
    server.close();
  }

  @Test
  void messages_withoutTheEndOfTheirCalls_keepNobodyOut() throws Exception {
    for (int fields : new int[] {LARGE, 1}) {
      RetrieveAndRankRequest request = RetrieveAndRankRequest.parseFrom(unknown(fields));
      for (int i = 0; i < CALLS; i++) {
        var call = channel.newCall(UniPinGrpc.getRetrieveAndRankMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(request);
      }
    }
  }

  @Test
  void streams_afterTheirFirstMessage_keepNobodyOut() throws Exception {
    for (int fields : new int[] {LARGE, 1}) {
      ServerReflectionRequest request = ServerReflectionRequest.parseFrom(unknown(fields));
      for (int i = 0; i < CALLS; i++) {
        var call =
            channel.newCall(
                ServerReflectionGrpc.getServerReflectionInfoMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(request);
      }
    }
  }

  @Test
  void itemStreams_whoseAnswersAreNotRead_keepNobodyOut() throws Exception {
    ChangeItemsRequest.Builder request = ChangeItemsRequest.newBuilder();
    for (int id = 0; id < 500; id++) {
      request.addDeletes(900_000 + id);
    }
    ManagedChannel admin =
        NettyChannelBuilder.forTarget(server.adminAddress()).usePlaintext().build();
    for (int i = 0; i < CALLS; i++) {
      var call = admin.newCall(UniPinAdminGrpc.getChangeItemsStreamMethod(), CallOptions.DEFAULT);
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      for (int message = 0; message < 10; message++) {
        call.sendMessage(request.build());
      }
    }
    assertThat(server.admin().bundle().getBundle()).isEqualTo("one");
    admin.shutdownNow();
  }

  @Test
  void answer_thatIsNeverRead_holdsNothingOfItsRequest() throws Exception {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    TinyServer.request(1).writeTo(request);
    request.write(unknown(1000));
    int port = Integer.parseInt(server.address().replaceAll(".*:", ""));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      // sets the flow-control window of streams to zero bytes
      frame(out, 4, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
      frame(out, HEADERS, END_HEADERS, 1, headers());
      frame(out, 0, END_STREAM, 1, message(request.toByteArray()));
      awaitHeaders(new DataInputStream(socket.getInputStream()));
      while (server.metric("unipin_receiving_bytes") > 0) {
        // the server ends the call only after it has sent the headers of the answer
        Thread.onSpinWait();
      }
    }
  }

  private static byte[] unknown(int fields) {
    byte[] bytes = new byte[2 * fields];
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = 15 << 3;
    }
    return bytes;
  }

  private static byte[] message(byte[] request) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(0); // says that the message is not compressed
    out.writeInt(request.length);
    out.write(request);
    return bytes.toByteArray();
  }

  private static byte[] headers() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    literal(out, ":method", "POST");
    literal(out, ":scheme", "http");
    literal(out, ":path", "/" + UniPinGrpc.getRetrieveAndRankMethod().getFullMethodName());
    literal(out, ":authority", "localhost");
    literal(out, "te", "trailers");
    literal(out, "content-type", "application/grpc");
    return out.toByteArray();
  }

  private static void literal(ByteArrayOutputStream out, String name, String value) {
    out.write(0);
    text(out, name);
    text(out, value);
  }

  private static void text(ByteArrayOutputStream out, String text) {
    out.write(text.length());
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] content)
      throws IOException {
    out.writeByte(content.length >>> 16);
    out.writeShort(content.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(content);
  }

  /** Reads until the headers of an answer arrive. */
  private static void awaitHeaders(DataInputStream in) throws IOException {
    int type;
    do {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      in.readInt();
      in.readNBytes(length);
      assertThat(type == HEADERS && (flags & END_STREAM) != 0).as("no answer").isFalse();
    } while (type != HEADERS);
  }
}
