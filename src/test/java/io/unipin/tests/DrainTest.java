package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class DrainTest {
  private static final long POLL_NANOS = 100_000;
  private static final int STOPS = "nightly".equals(System.getenv("UNIPIN_TEST")) ? 20 : 3;
  private static final int CALLERS = 6;
  private static final int SIGTERM_EXIT = 143;

  @TempDir Path folder;

  @Test
  @Timeout(900)
  void sigterm_underLoad_failsNoCallInFlight() throws Exception {
    TinyServer.publish(folder);
    Random random = new Random(5);
    ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
    try {
      for (int stop = 0; stop < STOPS; stop++) {
        try (ServerProcess server = ServerProcess.start(folder, TinyServer.settings(folder))) {
          stopUnderLoad(server, pool, 20 + random.nextInt(100));
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** Stops the server while it answers calls, after this number of answers. */
  private static void stopUnderLoad(ServerProcess server, ExecutorService pool, int answers)
      throws Exception {
    AtomicInteger answered = new AtomicInteger();
    List<Future<Failed>> callers = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      int first = caller;
      Callable<Failed> task = () -> callUntilFailure(server.address(), first, answered);
      callers.add(pool.submit(task));
    }
    while (answered.get() < answers) {
      // Gives the calling threads time to run.
      LockSupport.parkNanos(POLL_NANOS);
    }
    long stopped = System.nanoTime();
    server.terminate();
    for (Future<Failed> caller : callers) {
      Failed failed = caller.get();
      assertThat(failed.sentNanos())
          .as("a call that was sent before the stop failed: %s", failed.cause())
          .isGreaterThan(stopped);
      assertThat(failed.cause().kind()).isEqualTo(RequestException.Kind.UNAVAILABLE);
    }
    assertThat(server.awaitEnd()).isEqualTo(SIGTERM_EXIT);
    assertThat(server.output()).contains("stopped").doesNotContain("WARN").doesNotContain("ERROR");
  }

  /** A failed call. Calls that the server refuses because of overload do not count as failed. */
  private record Failed(long sentNanos, RequestException cause) {}

  private static Failed callUntilFailure(String address, int first, AtomicInteger answered) {
    try (UniPinClient client = UniPinClient.connect(address)) {
      for (int user = first; ; user += CALLERS) {
        long sent = System.nanoTime();
        try {
          client.retrieveAndRank(TinyServer.request(user % 100));
          answered.incrementAndGet();
        } catch (RequestException e) {
          if (e.kind() != RequestException.Kind.OVERLOADED) {
            return new Failed(sent, e);
          }
        }
      }
    }
  }
}
