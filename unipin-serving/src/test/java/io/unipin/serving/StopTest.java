package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.ItemVerdicts;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UserContext;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class StopTest {
  @TempDir Path folder;

  @Test
  void close_streamsAreOpen_waitsForNoneAndEndsThem() throws Exception {
    UniPinServer server = TestServer.start(folder, "server.drain=1h");
    ManagedChannel channel = channel(server.port());
    ManagedChannel adminChannel = channel(server.adminPort());
    try {
      Heard<HealthCheckResponse> health = watch(channel);
      Heard<HealthCheckResponse> adminHealth = watch(adminChannel);
      Heard<ServerReflectionResponse> reflection = new Heard<>();
      ServerReflectionGrpc.newStub(adminChannel)
          .serverReflectionInfo(reflection)
          .onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      assertThat(reflection.next()).isInstanceOf(ServerReflectionResponse.class);
      Heard<ItemVerdicts> items = new Heard<>();
      UniPinAdminGrpc.newStub(adminChannel)
          .changeItemsStream(items)
          .onNext(ChangeItemsRequest.getDefaultInstance());
      assertThat(items.next()).isEqualTo(ItemVerdicts.getDefaultInstance());

      server.close();

      for (Heard<HealthCheckResponse> heard : List.of(health, adminHealth)) {
        assertThat(heard.next()).isEqualTo(status(ServingStatus.NOT_SERVING));
        assertThat(heard.next()).isEqualTo(Status.Code.UNAVAILABLE);
      }
      assertThat(reflection.next()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(items.next()).isEqualTo(Status.Code.UNAVAILABLE);
    } finally {
      channel.shutdownNow();
      adminChannel.shutdownNow();
      server.close();
    }
  }

  @Test
  void close_withADelay_servesOnAfterItSaidSo() throws Exception {
    UniPinServer server = TestServer.start(folder, "server.stopDelay=1h");
    ManagedChannel channel = channel(server.port());
    Thread stop = new Thread(server::close);
    try {
      Heard<HealthCheckResponse> health = watch(channel);
      stop.start();
      assertThat(health.next()).isEqualTo(status(ServingStatus.NOT_SERVING));
      int port = server.port();
      try (UniPinClient late = UniPinClient.connect("127.0.0.1:" + port)) {
        RetrieveAndRankRequest request =
            RetrieveAndRankRequest.newBuilder()
                .setUser(UserContext.newBuilder().setUserId("u").setTimeMs(1_700_000_000_000L))
                .build();
        assertThat(late.retrieveAndRank(request).getItemsCount()).isPositive();
      }

      stop.interrupt(); // ends the delay early
      stop.join();

      assertThat(health.next()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
          .isInstanceOf(ConnectException.class);
    } finally {
      stop.interrupt();
      channel.shutdownNow();
      server.close();
    }
  }

  private static ManagedChannel channel(int port) {
    return ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  /**
   * Starts a watch of the server's health. Returns once the watch has reported that the server
   * serves.
   */
  private static Heard<HealthCheckResponse> watch(ManagedChannel channel) throws Exception {
    Heard<HealthCheckResponse> heard = new Heard<>();
    HealthGrpc.newStub(channel)
        .watch(HealthCheckRequest.newBuilder().setService("unipin.v1.UniPin").build(), heard);
    assertThat(heard.next()).isEqualTo(status(ServingStatus.SERVING));
    return heard;
  }

  private static HealthCheckResponse status(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }

  /** Collects the messages of a stream, and its final status code. */
  private static final class Heard<T> implements StreamObserver<T> {
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    Object next() throws InterruptedException {
      return events.take();
    }

    @Override
    public void onNext(T message) {
      events.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      events.add(Status.fromThrowable(failure).getCode());
    }

    @Override
    public void onCompleted() {
      events.add(Status.Code.OK);
    }
  }
}
