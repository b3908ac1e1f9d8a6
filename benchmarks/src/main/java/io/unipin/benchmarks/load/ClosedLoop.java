package io.unipin.benchmarks.load;

import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.ServingException;
import io.unipin.serving.rpc.UniPinClient;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Callers that each ask for the next page as soon as the one before came: what a server can do at most, roughly. */
final class ClosedLoop {
  private static final long SECONDS = 10;

  private ClosedLoop() {}

  static double pagesPerSecond(UniPinClient client, int callers) throws InterruptedException {
    AtomicLong pages = new AtomicLong();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    try {
      for (int caller = 0; caller < callers; caller++) {
        UserContext user = UserContext.newBuilder().setUserId("caller" + caller).build();
        pool.execute(() -> call(client, user, end, pages));
      }
    } finally {
      pool.shutdown();
      pool.awaitTermination(2 * SECONDS, TimeUnit.SECONDS);
    }
    return pages.get() / (double) SECONDS;
  }

  private static void call(UniPinClient client, UserContext user, long end, AtomicLong pages) {
    RetrieveAndRankRequest request = RetrieveAndRankRequest.newBuilder().setUser(user).build();
    while (System.nanoTime() < end) {
      try {
        client.retrieveAndRank(request);
        pages.incrementAndGet();
      } catch (ServingException e) {
        Thread.onSpinWait(); // refused: the next try counts
      }
    }
  }
}
