package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class SilentKafkaTest {
  private static final long TIME = 1_700_000_000_000L;

  @TempDir Path folder;

  /** The server has one worker, and each recorded action waits for an answer of Kafka. */
  @Test
  void pages_whileActionsWaitForKafka_areServed() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        UniPinServer server =
            TestServer.start(
                folder,
                "server.workers=1",
                "server.drain=1ms",
                "kafka.servers=\"127.0.0.1:" + silent.getLocalPort() + '"',
                "kafka.patience=20s",
                "kafka.topics.actions=actions",
                "kafka.topics.deadLetters=dead");
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      ManagedChannel channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
      try {
        List<Future<RecordActionsResponse>> recording = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          recording.add(UniPinGrpc.newFutureStub(channel).recordActions(action("e" + i)));
        }
        RetrieveAndRankRequest request =
            RetrieveAndRankRequest.newBuilder()
                .setUser(UserContext.newBuilder().setUserId("other").setTimeMs(TIME))
                .build();
        for (int i = 0; i < 5; i++) {
          assertThat(client.retrieveAndRank(request).getItemsCount()).isPositive();
        }
        assertThat(recording).noneMatch(Future::isDone);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static RecordActionsRequest action(String id) {
    return RecordActionsRequest.newBuilder()
        .addUsers(
            UserActions.newBuilder()
                .setUserId("u")
                .addActions(
                    Action.newBuilder()
                        .setEventId(id)
                        .setItemId(1)
                        .addActions("click")
                        .setTimeMs(TIME)))
        .build();
  }
}
