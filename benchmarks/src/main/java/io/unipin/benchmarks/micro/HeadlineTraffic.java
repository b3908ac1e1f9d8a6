package io.unipin.benchmarks.micro;

import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.rpc.UniPinClient;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sessions against one server: users whom it knows but has not seen, five pages each, two actions between pages. Callers work
 * in a closed loop, each on a session of its own. Every user comes once.
 */
final class HeadlineTraffic {
  private static final int PAGES = 5;
  private static final int ACTIONS = 2;
  private static final long MINUTE_MS = 60_000;
  private static final long START_MS = 1_700_000_000_000L;

  private final UniPinClient client;
  private final int history;
  private final int items;
  private final int users;
  private final AtomicInteger next = new AtomicInteger();

  HeadlineTraffic(UniPinClient client, int history, int items, int users) {
    this.client = client;
    this.history = history;
    this.items = items;
    this.users = users;
  }

  /**
   * What one round measured.
   *
   * @param latenciesMs of all pages, ascending
   * @param hits pages whose user's state was cached in whole or for all but the newest actions
   * @param cpuSeconds of the process: server and callers
   */
  record Round(double seconds, double[] latenciesMs, long hits, double cpuSeconds) {
    double qps() {
      return latenciesMs.length / seconds;
    }

    double quantile(double q) {
      return latenciesMs[Math.max(0, (int) Math.ceil(q * latenciesMs.length) - 1)];
    }

    double cpuMsPerPage() {
      return 1000 * cpuSeconds / latenciesMs.length;
    }
  }

  /** Tells the server every user's history. */
  void preload() {
    for (int user = 0; user < users; user++) {
      Random random = new Random(user);
      UserActions.Builder actions = UserActions.newBuilder().setUserId("u" + user);
      for (int i = 0; i < history; i++) {
        actions.addActions(action(random.nextInt(items), START_MS + i * MINUTE_MS, "h" + i));
      }
      client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
    }
  }

  private static Action action(int item, long timeMs, String event) {
    return Action.newBuilder()
        .setItemId(item)
        .addActions("click")
        .setTimeMs(timeMs)
        .setEventId(event)
        .build();
  }

  /** Lets so many callers work for some time. */
  Round run(int callers, Duration length) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    long cpu = cpuNanos();
    long begin = System.nanoTime();
    long end = begin + length.toNanos();
    try {
      List<Future<Caller>> running = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        running.add(pool.submit(() -> new Caller().work(end)));
      }
      List<Double> latencies = new ArrayList<>();
      long hits = 0;
      for (Future<Caller> future : running) {
        Caller caller = future.get();
        latencies.addAll(caller.latenciesMs);
        hits += caller.hits;
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      double[] sorted = latencies.stream().mapToDouble(Double::doubleValue).toArray();
      Arrays.sort(sorted);
      return new Round(seconds, sorted, hits, (cpuNanos() - cpu) / 1e9);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a caller failed", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  /** One caller's sessions. One thread. */
  private final class Caller {
    private final List<Double> latenciesMs = new ArrayList<>();
    private long hits;

    Caller work(long end) {
      while (System.nanoTime() < end) {
        int user = next.getAndIncrement();
        if (user >= users) {
          throw new IllegalStateException("more users expected than " + users);
        }
        session(user, end);
      }
      return this;
    }

    private void session(int user, long end) {
      String id = "u" + user;
      long now = START_MS + history * MINUTE_MS;
      String cursor = "";
      for (int page = 0; page < PAGES && System.nanoTime() < end; page++) {
        UserContext context = UserContext.newBuilder().setUserId(id).setTimeMs(now).build();
        long begin = System.nanoTime();
        RetrieveAndRankResponse response =
            client.retrieveAndRank(
                RetrieveAndRankRequest.newBuilder().setUser(context).setPageCursor(cursor).build());
        latenciesMs.add((System.nanoTime() - begin) / 1e6);
        Served.CacheOutcome outcome = response.getServed().getCache();
        hits += outcome == Served.CacheOutcome.HIT || outcome == Served.CacheOutcome.APPEND ? 1 : 0;
        cursor = response.getNextPageCursor();
        UserActions.Builder actions = UserActions.newBuilder().setUserId(id);
        for (int i = 0; i < ACTIONS; i++) {
          int item = (int) response.getItems(i).getItemId();
          actions.addActions(action(item, now + i, "p" + page + "a" + i));
        }
        client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
        now += MINUTE_MS;
      }
    }
  }
}
