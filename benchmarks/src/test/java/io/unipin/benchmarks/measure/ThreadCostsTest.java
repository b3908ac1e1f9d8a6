package io.unipin.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ThreadCostsTest {
  private static final int BYTES = 1 << 20;

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(task -> new Thread(task, name));
  }

  @Test
  void of_leavesOutTheCallersThreads() {
    ExecutorService server = thread("test-server-3");
    ExecutorService caller = thread("test-caller-1");
    List<byte[]> kept = new ArrayList<>(); // so that the compiler can't leave the arrays out
    try {
      await(server.submit(() -> {}));
      await(caller.submit(() -> {}));
      ThreadCosts.PerPage cost =
          ThreadCosts.of(
              4,
              "test-caller",
              () -> {
                await(server.submit(() -> kept.add(new byte[BYTES])));
                await(caller.submit(() -> kept.add(new byte[3 * BYTES])));
                kept.add(new byte[5 * BYTES]);
              });
      assertThat(kept).hasSize(12);
      assertThat(cost.bytes()).isBetween((double) BYTES, 1.9 * BYTES);
      assertThat(cost.cpuMs()).containsKeys("test-server", ThreadCosts.JVM);
      assertThat(cost.cpuMs()).doesNotContainKey("test-caller");
    } finally {
      server.shutdownNow();
      caller.shutdownNow();
    }
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void group_dropsNumbersAtTheEnd() {
    assertThat(ThreadCosts.group("serving-0")).isEqualTo("serving");
    assertThat(ThreadCosts.group("grpc-worker-ELG-3-12")).isEqualTo("grpc-worker-ELG");
    assertThat(ThreadCosts.group("main")).isEqualTo("main");
  }
}
