package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UniPinGrpc;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class CancelledCallsTest {
  private static final int CALLS = 1000;

  @TempDir Path folder;

  @Test
  @Timeout(180)
  void cancel_thousandCallsAtAnyMoment_leavesNoLeaseAndNoArray() throws Exception {
    try (TinyServer server = TinyServer.start(folder)) {
      RetrieveAndRankResponse before = server.client().retrieveAndRank(TinyServer.request(1));
      long arrays = LiveObjects.arrays();
      ManagedChannel channel =
          ManagedChannelBuilder.forTarget(server.address()).usePlaintext().build();
      try {
        cancelCalls(channel);
      } finally {
        channel.shutdownNow();
        channel.awaitTermination(10, TimeUnit.SECONDS);
      }
      // This call waits in the same pool behind the other calls. When it has returned, at most one
      // of the other calls still runs.
      while (server.metric("unipin_queue") > 0 || server.metric("unipin_cache_leases") > 0) {
        Thread.onSpinWait();
      }
      RetrieveAndRankResponse after = server.client().retrieveAndRank(TinyServer.request(1));
      assertThat(after.getItemsList()).isEqualTo(before.getItemsList());
      assertThat(server.metric("unipin_cache_leases")).isZero();
      assertThat(server.metric("unipin_cache_leased")).isZero();
      assertThat(LiveObjects.arrays()).isEqualTo(arrays);
    }
  }

  private static void cancelCalls(ManagedChannel channel) throws InterruptedException {
    UniPinGrpc.UniPinFutureStub stub = UniPinGrpc.newFutureStub(channel);
    Random random = new Random(17);
    int cancelled = 0;
    for (int call = 0; call < CALLS; call++) {
      ListenableFuture<RetrieveAndRankResponse> answer =
          stub.retrieveAndRank(TinyServer.request(call));
      long until = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(random.nextInt(8000));
      while (System.nanoTime() - until < 0) {
        Thread.onSpinWait();
      }
      if (answer.cancel(true)) {
        cancelled++;
      }
      try {
        answer.get();
      } catch (CancellationException | ExecutionException e) {
        assertThat(answer.isDone()).isTrue();
      }
    }
    assertThat(cancelled).isGreaterThan(CALLS / 10);
  }
}
