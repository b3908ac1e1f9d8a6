package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserActions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests two hundred simultaneous requests of one MiB each. The requests' content is chosen so that
 * it takes as much memory as possible after parsing.
 */
@Timeout(300)
final class HostileFloodTest {
  private static final int BYTES = (1 << 20) - 64;
  private static final int REQUESTS = 200;
  private static final int CONNECTIONS = 16;
  private static final long MAX_KEPT = 64L << 20;

  @TempDir Path folder;

  @Test
  void flood_ofOneMebibyteEach_leavesNoMemoryTakenAndPagesGoOn() throws Exception {
    TinyServer.publish(folder);
    List<String> options = List.of("-Xmx1g", "-XX:NativeMemoryTracking=summary");
    ExecutorService callers = Executors.newFixedThreadPool(REQUESTS + 1);
    List<ManagedChannel> channels = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(folder, options, TinyServer.settings(folder))) {
      for (int i = 0; i < CONNECTIONS; i++) {
        channels.add(NettyChannelBuilder.forTarget(server.address()).usePlaintext().build());
      }
      ManagedChannel own = NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
      channels.add(own);
      page(own);
      JvmMemory rest = JvmMemory.of(server.pid());
      List<Optional<StatusRuntimeException>> answers = new ArrayList<>();
      for (byte[] hostile : List.of(groups(), unknown(), emptyActions(), record())) {
        List<Future<Optional<StatusRuntimeException>>> calls = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
          ManagedChannel channel = channels.get(i % CONNECTIONS);
          calls.add(callers.submit(() -> RawCalls.record(channel, hostile)));
        }
        do {
          page(own);
        } while (!calls.stream().allMatch(Future::isDone));
        for (Future<Optional<StatusRuntimeException>> call : calls) {
          answers.add(call.get());
        }
      }
      assertThat(answers).hasSize(4 * REQUESTS);
      for (Optional<StatusRuntimeException> answer : answers) {
        if (answer.isPresent()) {
          explained(answer.get());
        }
      }
      JvmMemory after = JvmMemory.of(server.pid());
      assertThat(after.total() - rest.total())
          .as("%s, at rest %s", after, rest)
          .isLessThanOrEqualTo(MAX_KEPT);
      assertThat(server.output()).doesNotContain("OutOfMemory");
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
      callers.shutdownNow();
    }
  }

  /**
   * Requests one page, and repeats the request while it is refused. The deadline is long enough
   * even on a busy machine.
   */
  private static void page(ManagedChannel channel) {
    Deadline deadline = Deadline.after(20, TimeUnit.SECONDS);
    boolean served = false;
    while (!served) {
      try {
        served =
            UniPinGrpc.newBlockingStub(channel)
                    .withDeadline(deadline)
                    .retrieveAndRank(TinyServer.request(1))
                    .getItemsCount()
                > 0;
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      }
    }
  }

  private static void explained(StatusRuntimeException failure) throws IOException {
    com.google.rpc.Status details = StatusProto.fromThrowable(failure);
    ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getDomain()).isEqualTo("unipin");
    Status.Code code = failure.getStatus().getCode();
    assertThat(code).isIn(Status.Code.INVALID_ARGUMENT, Status.Code.RESOURCE_EXHAUSTED);
    if (code == Status.Code.RESOURCE_EXHAUSTED) {
      assertThat(info.getReason()).isEqualTo("OVERLOADED");
      assertThat(details.getDetails(1).is(RetryInfo.class)).isTrue();
    }
  }

  /**
   * Returns a message with one group, which contains very many empty groups with the same field
   * number.
   */
  private static byte[] groups() throws IOException {
    byte[] inner = new byte[BYTES];
    for (int i = 0; i + 2 <= BYTES; i += 2) {
      inner[i] = (1 << 3) | WireFormat.WIRETYPE_START_GROUP;
      inner[i + 1] = (1 << 3) | WireFormat.WIRETYPE_END_GROUP;
    }
    ByteString.Output out = ByteString.newOutput();
    CodedOutputStream wire = CodedOutputStream.newInstance(out);
    wire.writeTag(15, WireFormat.WIRETYPE_START_GROUP);
    wire.writeRawBytes(inner);
    wire.writeTag(15, WireFormat.WIRETYPE_END_GROUP);
    wire.flush();
    return out.toByteString().toByteArray();
  }

  private static byte[] unknown() throws IOException {
    ByteString.Output out = ByteString.newOutput();
    CodedOutputStream wire = CodedOutputStream.newInstance(out);
    for (int number = 100; wire.getTotalBytesWritten() < BYTES; number++) {
      wire.writeUInt32(number, 1);
    }
    wire.flush();
    return out.toByteString().toByteArray();
  }

  private static byte[] emptyActions() throws IOException {
    byte[] actions = new byte[BYTES - 16];
    for (int i = 0; i + 2 <= actions.length; i += 2) {
      actions[i] = 0x12;
    }
    ByteString.Output out = ByteString.newOutput();
    CodedOutputStream wire = CodedOutputStream.newInstance(out);
    wire.writeByteArray(1, actions);
    wire.flush();
    return out.toByteString().toByteArray();
  }

  /**
   * Returns a request with the largest number of actions. It is valid, except that the names of the
   * actions are unknown.
   */
  private static byte[] record() {
    UserActions.Builder user = UserActions.newBuilder().setUserId("u");
    for (int i = 0; i < 16_384; i++) {
      user.addActions(
          Action.newBuilder()
              .setItemId(TinyServer.FIRST_ID)
              .addAllActions(Arrays.asList("no", "no", "no"))
              .setTimeMs(TinyServer.NOW)
              .setEventId("event-number-%08d".formatted(i)));
    }
    return RecordActionsRequest.newBuilder().addUsers(user).build().toByteArray();
  }
}
