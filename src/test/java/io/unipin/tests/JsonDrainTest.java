package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
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

/** Stops a server under load from clients that keep their HTTP connections open. */
final class JsonDrainTest {
  private static final int STOPS = "nightly".equals(System.getenv("UNIPIN_TEST")) ? 20 : 3;
  private static final int CALLERS = 6;
  private static final int SIGTERM_EXIT = 143;
  private static final long POLL_NANOS = 100_000;

  @TempDir Path folder;

  @Test
  @Timeout(900)
  void sigterm_underLoad_failsNoCallInFlight() throws Exception {
    TinyServer.publish(folder);
    Random random = new Random(7);
    List<String> settings = new ArrayList<>(TinyServer.settings(folder));
    settings.add("json.enabled=true");
    ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
    try {
      for (int stop = 0; stop < STOPS; stop++) {
        try (ServerProcess server = ServerProcess.start(folder, settings)) {
          stopUnderLoad(server, pool, 20 + random.nextInt(100));
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static void stopUnderLoad(ServerProcess server, ExecutorService pool, int answers)
      throws Exception {
    AtomicInteger answered = new AtomicInteger();
    List<Future<Long>> callers = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      int first = caller;
      Callable<Long> task = () -> callUntilFailure(server.jsonPort(), first, answered);
      callers.add(pool.submit(task));
    }
    while (answered.get() < answers) {
      LockSupport.parkNanos(POLL_NANOS); // gives the calling threads time to run
    }
    long stopped = System.nanoTime();
    server.terminate();
    for (Future<Long> caller : callers) {
      assertThat(caller.get())
          .as("the time at which a call that failed was sent")
          .isGreaterThan(stopped);
    }
    assertThat(server.awaitEnd()).isEqualTo(SIGTERM_EXIT);
    assertThat(server.output()).contains("stopped").doesNotContain("WARN").doesNotContain("ERROR");
  }

  /** Calls until a call fails. Returns the time at which this call was sent. */
  private static long callUntilFailure(int port, int first, AtomicInteger answered)
      throws Exception {
    JsonClient client = new JsonClient("http://127.0.0.1:" + port);
    for (int user = first; ; user += CALLERS) {
      String page = JsonFormat.printer().print(TinyServer.request(user % 100));
      long sent = System.nanoTime();
      int status;
      try {
        status = client.call("RetrieveAndRank", page).status();
      } catch (IOException e) {
        return sent;
      }
      if (status == 503) {
        return sent;
      }
      assertThat(status).isIn(200, 429);
      answered.incrementAndGet();
    }
  }
}
