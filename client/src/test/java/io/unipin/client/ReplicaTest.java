package io.unipin.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc.HealthImplBase;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.unipin.client.ReplicaStatus.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ReplicaTest {
  /** A health service that tells its watchers one status, and never answers a question. */
  private static final class Mute extends HealthImplBase {
    private final ServingStatus status;

    @GuardedBy("this")
    private int watches;

    @GuardedBy("this")
    private int questions;

    Mute(ServingStatus status) {
      this.status = status;
    }

    @Override
    public synchronized void watch(
        HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
      watches++;
      observer.onNext(HealthCheckResponse.newBuilder().setStatus(status).build());
    }

    @Override
    public synchronized void check(
        HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
      questions++;
    }

    synchronized int watches() {
      return watches;
    }

    synchronized int questions() {
      return questions;
    }
  }

  private final Mute health = new Mute(ServingStatus.NOT_SERVING);
  private final AtomicLong now = new AtomicLong();
  private Server server;

  @BeforeEach
  void open() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(health)
            .build()
            .start();
  }

  @AfterEach
  void close() {
    server.shutdownNow();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 400 && !condition.getAsBoolean(); i++) {
      TimeUnit.MILLISECONDS.sleep(25);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  /**
   * A replica drains, and its end never reaches the client. Only a question shows that nobody is
   * there any more.
   */
  @Test
  void tick_silentReplicaThatDrains_isAskedAndConnectedAgain() throws Exception {
    String name = "127.0.0.1:" + server.getPort();
    try (Replica replica =
        new Replica(name, () -> Channels.open(name, ClientSecurity.NONE), now::get)) {
      replica.tick();
      await(() -> replica.status().state() == State.DRAINING);
      now.addAndGet(Duration.ofSeconds(9).toNanos());
      replica.tick();
      assertThat(health.questions()).as("not silent for long").isZero();
      now.addAndGet(Duration.ofSeconds(2).toNanos());
      replica.tick();
      await(() -> health.questions() == 1);
      await(() -> replica.status().state() == State.AWAY);
      replica.tick();
      assertThat(health.questions()).as("no watch is running").isEqualTo(1);
      now.addAndGet(Duration.ofSeconds(3).toNanos());
      replica.tick();
      await(() -> health.watches() == 2);
      await(() -> replica.status().state() == State.DRAINING);
    }
  }
}
