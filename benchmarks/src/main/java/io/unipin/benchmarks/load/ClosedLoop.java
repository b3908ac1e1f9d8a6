package io.unipin.benchmarks.load;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs callers. As soon as a page arrives, its caller requests the next one. The number of pages
 * per second is an estimate of the maximum throughput of a server.
 */
public final class ClosedLoop {
  private static final long GRACE_SECONDS = 10;
  private static final long BACK_OFF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private ClosedLoop() {}

  /** Requests pages for these users in turn, and returns the number of pages per second. */
  public static double pagesPerSecond(
      UniPinClient client, int callers, List<String> users, long seconds)
      throws InterruptedException {
    AtomicInteger turn = new AtomicInteger();
    AtomicLong pages = new AtomicLong();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    try {
      for (int caller = 0; caller < callers; caller++) {
        pool.execute(
            () -> {
              while (System.nanoTime() < end) {
                call(client, users.get(turn.getAndIncrement() % users.size()), pages);
              }
            });
      }
    } finally {
      pool.shutdown();
      pool.awaitTermination(seconds + GRACE_SECONDS, TimeUnit.SECONDS);
    }
    return pages.get() / (double) seconds;
  }

  private static void call(UniPinClient client, String user, AtomicLong pages) {
    UserContext context = UserContext.newBuilder().setUserId(user).build();
    try {
      client.retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build());
      pages.incrementAndGet();
    } catch (RequestException e) {
      LockSupport.parkNanos(BACK_OFF_NANOS); // after a refused call, the caller waits
    }
  }
}
