package io.unipin.benchmarks.pauses;

import io.unipin.benchmarks.load.ClosedLoop;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.cli.loadtest.Distribution;
import io.unipin.cli.loadtest.Histories;
import io.unipin.cli.loadtest.Preparation;
import io.unipin.cli.loadtest.Vocabulary;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Plays one scenario against a running server. One thread plays the scenario, and callers have
 * threads of their own.
 */
final class PauseRun {
  private static final int USERS = 40;
  private static final int HISTORY = 100;
  private static final int CALLERS = 4;
  private static final long PEAK_SECONDS = 4;
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final Duration RUSH = Duration.ofMillis(500);

  private final BenchServer server;
  private final UniPinClient client;
  private final PauseScenario scenario;
  private final Duration span;
  private final Histories histories;
  private final PageNotes notes = new PageNotes();
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * Creates a run and asks the server which items and actions it knows.
   *
   * @param span length of the time that is watched before the disturbance, and of the time after it
   */
  PauseRun(BenchServer server, UniPinClient client, PauseScenario scenario, Duration span) {
    this.server = server;
    this.client = client;
    this.scenario = scenario;
    this.span = span;
    Vocabulary vocabulary = new Preparation(client).learn("pauses");
    histories = Histories.madeUp(Distribution.parse(Integer.toString(HISTORY)), vocabulary);
  }

  PauseScenario.Outcome run() throws IOException, InterruptedException {
    record();
    double peak = ClosedLoop.pagesPerSecond(client, CALLERS, users(), PEAK_SECONDS);
    ExecutorService sender = Executors.newSingleThreadExecutor();
    try (JudgedPages pages = new JudgedPages(server.address(), scenario.deadline())) {
      sender.execute(() -> sendEvenly(pages));
      sleep(SETTLE);
      long begin = System.nanoTime();
      sleep(span);
      disturb(pages);
      long over = System.nanoTime();
      long settled = over + SETTLE.toNanos();
      sleep(SETTLE.plus(span));
      long end = settled + span.toNanos();
      sender.shutdownNow();
      sleep(scenario.deadline().multipliedBy(4)); // waits for the last pages
      return new PauseScenario.Outcome(
          scenario,
          peak,
          notes.pages(settled, end),
          notes.lessThanWhole(begin, begin + span.toNanos()),
          notes.wholeAgain(over, end),
          notes.lessThanWhole(settled, end),
          notes.missing(settled, end));
    } finally {
      sender.shutdownNow();
    }
  }

  private static void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time.toMillis());
  }

  private List<String> users() {
    return IntStream.range(0, USERS).mapToObj(user -> "pauses-" + user).toList();
  }

  private void record() {
    long now = System.currentTimeMillis();
    RecordActionsRequest.Builder call = RecordActionsRequest.newBuilder();
    for (int user = 0; user < USERS; user++) {
      String name = users().get(user);
      call.addUsers(
          UserActions.newBuilder()
              .setUserId(name)
              .addAllActions(histories.of(user, name, new SplittableRandom(user), now)));
    }
    client.recordActions(call.build());
  }

  private RetrieveAndRankRequest request() {
    int number = turn.getAndIncrement();
    UserContext.Builder user = UserContext.newBuilder();
    if (scenario.known()) {
      user.setUserId("pauses-" + number % USERS);
    } else {
      long now = System.currentTimeMillis();
      String name = "pauses-new-" + number;
      user.setUserId(name);
      user.getHistoryBuilder()
          .addAllActions(histories.of(number, name, new SplittableRandom(number), now));
    }
    return RetrieveAndRankRequest.newBuilder().setUser(user).build();
  }

  /**
   * Requests pages at a constant rate, independent of the answers, until the thread is interrupted.
   */
  private void sendEvenly(JudgedPages pages) {
    long next = System.nanoTime();
    while (!Thread.currentThread().isInterrupted()) {
      long at = System.nanoTime();
      pages.ask(request(), missing -> notes.add(new PageNotes.Note(at, missing)));
      next += EVERY_NANOS;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  /**
   * Disturbs the server. A pause begins while all workers are busy, so that it interrupts running
   * calls.
   */
  private void disturb(JudgedPages pages) throws IOException, InterruptedException {
    if (!scenario.disturbance().isPause()) {
      scenario.disturbance().strike(server.process().pid());
      return;
    }
    Semaphore callers = new Semaphore(CALLERS);
    Thread rush =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                callers.acquireUninterruptibly();
                pages.ask(request(), missing -> callers.release());
              }
            },
            "rush");
    rush.start();
    sleep(RUSH);
    rush.interrupt();
    scenario.disturbance().strike(server.process().pid());
  }
}
