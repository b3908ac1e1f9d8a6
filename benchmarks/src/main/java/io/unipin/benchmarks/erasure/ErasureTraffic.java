package io.unipin.benchmarks.erasure;

import io.grpc.StatusRuntimeException;
import io.unipin.benchmarks.measure.Latencies;
import io.unipin.cli.loadtest.Pace;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests for pages and records actions at a steady rate. Periods with erasures and periods
 * without erasures alternate.
 */
final class ErasureTraffic {
  private static final int LIVE_USERS = 40;

  /** The number of pages between two recorded actions. */
  private static final int PAGES_PER_ACTION = 5;

  private static final int ITEMS = 2000;
  private static final Duration PAGE_EVERY = Duration.ofMillis(20);
  private static final Duration ERASE_EVERY = Duration.ofMillis(500);

  private final Pace pace = Pace.ofSystem();
  private final UniPinClient pages;
  private final UniPinClient erasures;
  private final Latencies quiet = new Latencies();
  private final Latencies busy = new Latencies();
  private final Latencies erased = new Latencies();
  private int next;
  private int failures;
  private int erasuresFailed;
  private int recordsFailed;
  private long recorded;

  ErasureTraffic(UniPinClient pages, UniPinClient erasures) {
    this.pages = pages;
    this.erasures = erasures;
  }

  /**
   * Fills the cache with the live users' state, and gives the JVM time to compile the server's
   * code.
   */
  void warmUp(Duration time) throws InterruptedException {
    pages(time, new Latencies());
  }

  void quiet(Duration time) throws InterruptedException {
    pages(time, quiet);
  }

  /**
   * Requests pages while the next users are erased, up to user {@code last}. Counts erasures that
   * the server refuses. Any other failure ends the run.
   */
  void erasing(Duration time, int last) throws InterruptedException {
    AtomicBoolean going = new AtomicBoolean(true);
    FutureTask<@Nullable Void> erasing =
        new FutureTask<>(
            () -> {
              eraseSteadily(going, last);
              return null;
            });
    Thread eraser = new Thread(erasing, "eraser");
    eraser.start();
    try {
      pages(time, busy);
    } finally {
      going.set(false);
      eraser.join();
    }
    try {
      erasing.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the erasures ended early", e.getCause());
    }
  }

  private void eraseSteadily(AtomicBoolean going, int last) {
    long due = System.nanoTime();
    while (going.get() && next < last) {
      try {
        erase(next++);
      } catch (RequestException | StatusRuntimeException e) {
        erasuresFailed++;
      }
      due += ERASE_EVERY.toNanos();
      pace.awaitNanos(due);
    }
  }

  /** Erases the users {@code from} to {@code to} (exclusive) without requesting pages. */
  void erase(int from, int to) {
    for (int user = from; user < to; user++) {
      erasures.eraseUser(ErasureWorld.user(user));
    }
  }

  private void erase(int user) {
    long begin = System.nanoTime();
    erasures.eraseUser(ErasureWorld.user(user));
    erased.add((System.nanoTime() - begin) / 1e6);
  }

  private void pages(Duration time, Latencies latencies) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    long due = System.nanoTime();
    for (int i = 0; System.nanoTime() < end; i++) {
      pace.awaitNanos(due);
      long begin = System.nanoTime();
      try {
        page("live-" + i % LIVE_USERS, "");
        latencies.add((System.nanoTime() - begin) / 1e6);
      } catch (RequestException | StatusRuntimeException e) {
        failures++;
      }
      if (i % PAGES_PER_ACTION == 0) {
        record("live-" + i % LIVE_USERS);
      }
      due = Math.max(due + PAGE_EVERY.toNanos(), System.nanoTime());
    }
  }

  private void record(String user) {
    Action.Builder action =
        Action.newBuilder()
            .setEventId("live-event-" + recorded)
            .setItemId(recorded % ITEMS)
            .addActions("click")
            .setSurface("home")
            .setTimeMs(System.currentTimeMillis());
    recorded++;
    try {
      pages.recordActions(
          RecordActionsRequest.newBuilder()
              .addUsers(UserActions.newBuilder().setUserId(user).addActions(action))
              .build());
    } catch (RequestException | StatusRuntimeException e) {
      recordsFailed++;
    }
  }

  /** Requests a page of a user. */
  void page(String user, String request) {
    pages.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder()
            .setRequestId(request)
            .setUser(UserContext.newBuilder().setUserId(user))
            .build());
  }

  Latencies quiet() {
    return quiet;
  }

  Latencies busy() {
    return busy;
  }

  Latencies erased() {
    return erased;
  }

  int erasuresFailed() {
    return erasuresFailed;
  }

  int recordsFailed() {
    return recordsFailed;
  }

  int failures() {
    return failures;
  }
}
