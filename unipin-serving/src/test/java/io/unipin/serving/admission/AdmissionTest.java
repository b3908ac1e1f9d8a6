package io.unipin.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class AdmissionTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final long MS_100 = 100_000_000;

  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<String> ran = Collections.synchronizedList(new ArrayList<>());
  private final Admission admission =
      new Admission("test", 1, 8, AdmissionConfig.patient(), System::nanoTime);

  @AfterEach
  void close() {
    gate.countDown();
    admission.close();
  }

  @Test
  void admit_mixedPriorities_runsTheUrgentFirstAndEqualOnesInOrder() {
    admit(Priority.LIVE, "first", this::await);
    awaitWorkerBusy();
    admit(Priority.BATCH, "batch", () -> {});
    admit(Priority.SHADOW, "shadow", () -> {});
    admit(Priority.LIVE, "live1", () -> {});
    admit(Priority.LIVE, "live2", () -> {});
    gate.countDown();
    admission.drain(Duration.ofSeconds(10));
    assertThat(ran).containsExactly("first", "live1", "live2", "shadow", "batch");
  }

  @Test
  void admit_batch_leavesRoomForLiveCalls() {
    admit(Priority.LIVE, "first", this::await);
    awaitWorkerBusy();
    admit(Priority.BATCH, "a", () -> {});
    admit(Priority.BATCH, "b", () -> {});
    assertThatThrownBy(() -> admit(Priority.BATCH, "c", () -> {}))
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.OVERLOADED);
              assertThat(e.retryAfter()).isPresent();
            });
    for (int i = 0; i < 6; i++) {
      admit(Priority.LIVE, "live", () -> {});
    }
    assertThat(admission.waiting()).isEqualTo(8);
  }

  @Test
  void withdraw_waitingCall_neverRunsAndGivesItsPlaceBack() {
    admit(Priority.LIVE, "first", this::await);
    awaitWorkerBusy();
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tickets.add(admit(Priority.LIVE, "waiting" + i, () -> {}));
    }
    assertThat(tickets.get(3).withdraw()).isTrue();
    assertThat(tickets.get(3).withdraw()).isFalse();
    admit(Priority.LIVE, "instead", () -> {});
    gate.countDown();
    admission.drain(Duration.ofSeconds(10));
    assertThat(ran).hasSize(9).contains("instead").doesNotContain("waiting3");
    assertThat(tickets.get(0).withdraw()).isFalse();
  }

  /** Callers without time must not make the calls of all others look slow. */
  @Test
  void limit_afterCallsWithoutTime_staysAsItWas() throws InterruptedException {
    Duration wait = Duration.ofHours(1);
    AtomicLong clock = new AtomicLong();
    AdmissionConfig config = new AdmissionConfig(4, wait, wait, wait, Order.ARRIVAL, wait);
    try (Admission own = new Admission("own", 1, 256, config, clock::get)) {
      for (int batch = 0; batch < 400; batch++) {
        together(own, clock, own.limit() * 3 / 4);
      }
      int before = own.limit();
      assertThat(before).isGreaterThan(20);
      for (int call = 0; call < 800; call++) {
        clock.addAndGet(MS_100);
        CountDownLatch ended = new CountDownLatch(1);
        own.admit(
            new Work(
                "page",
                Priority.LIVE,
                LONG,
                () -> {
                  ended.countDown();
                  return false;
                }));
        ended.await();
      }
      for (int batch = 0; batch < 100; batch++) {
        together(own, clock, own.limit() * 3 / 4);
      }
      assertThat(own.limit()).isGreaterThanOrEqualTo(before * 9 / 10);
    }
  }

  /** Runs calls at the same time. Each of these calls is in the server for 100 ms. */
  private static void together(Admission admission, AtomicLong clock, int calls)
      throws InterruptedException {
    CountDownLatch begin = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(calls);
    for (int call = 0; call < calls; call++) {
      admission.admit(
          new Work(
              "page",
              Priority.LIVE,
              LONG,
              () -> {
                try {
                  begin.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                ended.countDown();
                return true;
              }));
    }
    clock.addAndGet(MS_100);
    begin.countDown();
    ended.await();
  }

  @Test
  void onEveryWorker_busyWorkers_runsOnEachOnceAndThrowsWhatOneThrew() {
    try (Admission many = new Admission("many", 3, 8, AdmissionConfig.patient(), () -> 0)) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      AtomicInteger runs = new AtomicInteger();
      many.onEveryWorker(
          () -> {
            threads.add(Thread.currentThread());
            runs.incrementAndGet();
          });
      assertThat(threads).hasSize(3);
      assertThat(runs).hasValue(3);
      assertThatThrownBy(
              () ->
                  many.onEveryWorker(
                      () -> {
                        throw new IllegalStateException("cold");
                      }))
          .hasMessage("cold");
    }
  }

  @Test
  void onEveryWorkerInTurn_callsThatWait_goBetweenTheSteps() {
    admit(Priority.LIVE, "first", this::await);
    awaitWorkerBusy();
    List<Runnable> steps = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String name = "step" + i;
      steps.add(
          () -> {
            ran.add(name);
            admit(Priority.LIVE, "after " + name, () -> {});
          });
    }
    gate.countDown();
    admission.onEveryWorkerInTurn(steps);
    admission.drain(Duration.ofSeconds(10));
    assertThat(ran).hasSize(7).containsSubsequence("step0", "step1", "step2");
    assertThat(ran.indexOf("after step1")).isGreaterThan(ran.indexOf("step1"));
  }

  @Test
  void drain_callsThatWait_areDoneFirstAndLaterOnesRefused() {
    admit(Priority.LIVE, "first", () -> {});
    admit(Priority.LIVE, "second", () -> {});
    admission.drain(Duration.ofSeconds(10));
    assertThat(ran).containsExactly("first", "second");
    assertThatThrownBy(() -> admit(Priority.LIVE, "late", () -> {}))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
  }

  /** There are more errors than workers. If an error ended a worker, no worker would be left. */
  @Test
  void admit_afterErrors_findsAWorker() {
    for (int i = 0; i < 3; i++) {
      admit(
          Priority.LIVE,
          "broken",
          () -> {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
          });
    }
    admit(Priority.LIVE, "after", () -> {});
    admission.drain(Duration.ofSeconds(10));
    assertThat(ran).containsExactly("after");
    assertThat(admission.waiting()).isZero();
  }

  @Test
  void onEveryWorker_error_isAFailureAndTheNextTaskRuns() {
    Runnable broken =
        () -> {
          throw new NoClassDefFoundError("a class of the engine");
        };
    assertInternal(() -> admission.onEveryWorker(broken));
    assertInternal(() -> admission.onEveryWorkerInTurn(List.of(broken)));
    admission.onEveryWorkerInTurn(List.of(() -> ran.add("next")));
    assertThat(ran).containsExactly("next");
  }

  /**
   * The caller may close what a task uses as soon as the call returns. So the call must wait for
   * all workers, even if one of them fails.
   */
  @Test
  void onEveryWorker_oneFails_waitsForTheOthers() {
    try (Admission many = new Admission("many", 3, 8, AdmissionConfig.patient(), () -> 0)) {
      AtomicInteger begun = new AtomicInteger();
      AtomicInteger ended = new AtomicInteger();
      CompletableFuture<Void> all =
          CompletableFuture.runAsync(
              () ->
                  many.onEveryWorker(
                      () -> {
                        if (Thread.currentThread().getName().endsWith("-0")) {
                          begun.incrementAndGet();
                          throw new IllegalStateException("cold");
                        }
                        begun.incrementAndGet();
                        await();
                        ended.incrementAndGet();
                      }));
      while (begun.get() < 3) {
        Thread.onSpinWait();
      }
      assertThat(all).isNotDone();
      gate.countDown();
      assertThatThrownBy(all::join).hasRootCauseMessage("cold");
      assertThat(ended).hasValue(2);
    }
  }

  private static void assertInternal(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.INTERNAL))
        .hasCauseInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void await_taskThatDoesNotBegin_isGivenUpAndNeverRuns() {
    WorkerTask task = new WorkerTask(() -> ran.add("late"));
    assertThatThrownBy(() -> task.await(Duration.ofMillis(1)))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    task.run();
    assertThat(ran).isEmpty();
  }

  @Test
  void await_interruptedBeforeTheTaskBegins_isGivenUpAndNeverRuns() {
    WorkerTask task = new WorkerTask(() -> ran.add("late"));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> task.await(LONG))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    assertThat(Thread.interrupted()).isTrue();
    task.run();
    assertThat(ran).isEmpty();
  }

  @Test
  void await_interruptedAfterTheTaskBegan_waitsForItsEnd() {
    CountDownLatch begun = new CountDownLatch(1);
    WorkerTask task =
        new WorkerTask(
            () -> {
              begun.countDown();
              await();
              ran.add("ended");
            });
    CompletableFuture<Void> worker = CompletableFuture.runAsync(task);
    CompletableFuture<Boolean> waits =
        CompletableFuture.supplyAsync(
            () -> {
              Thread.currentThread().interrupt();
              assertThatThrownBy(() -> task.await(LONG)).isInstanceOf(ServingException.class);
              assertThat(ran).containsExactly("ended");
              return Thread.interrupted();
            },
            run -> new Thread(() -> runAfter(begun, run)).start());
    runAfter(begun, gate::countDown);
    assertThat(waits).succeedsWithin(LONG).isEqualTo(true);
    assertThat(worker).succeedsWithin(LONG);
  }

  private static void runAfter(CountDownLatch begun, Runnable task) {
    try {
      begun.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    task.run();
  }

  @Test
  void serviceTimes_callThatDidNoWork_teachesNothingUnlessItTookLonger() {
    AtomicLong now = new AtomicLong();
    try (Admission one = new Admission("one", 1, 8, AdmissionConfig.patient(), now::get)) {
      assertThat(expectedAfter(one, now, Duration.ofMillis(10), true)).isEqualTo(10_000_000);
      now.addAndGet(Duration.ofSeconds(2).toNanos());
      // After a second without a call, the estimate halves every half second. So after two seconds
      // a quarter of it is left.
      assertThat(expectedAfter(one, now, Duration.ofNanos(20_000), false))
          .isBetween(2_490_000L, 2_500_000L);
      assertThat(expectedAfter(one, now, Duration.ofMillis(100), false)).isGreaterThan(10_000_000);
    }
  }

  /**
   * Runs a call that takes {@code length}. Returns the running time that is expected of the next
   * call.
   */
  private static long expectedAfter(Admission one, AtomicLong now, Duration length, boolean works) {
    one.admit(
        new Work(
            "page",
            Priority.LIVE,
            LONG,
            () -> {
              now.addAndGet(length.toNanos());
              return works;
            }));
    awaitIdle(one);
    long expected = one.admit(new Work("page", Priority.LIVE, LONG, () -> false)).expectedNanos();
    awaitIdle(one);
    return expected;
  }

  /** A hit takes 10 ms and a prefill 60 ms. The worker is busy. */
  @Test
  void admit_orderOfCost_runsHitsFirstAndRefusesByTheWaitOfEachKind() {
    Duration bound = Duration.ofMillis(100);
    AtomicLong now = new AtomicLong();
    Duration overtakenFor = Duration.ofMillis(500);
    AdmissionConfig config = new AdmissionConfig(64, bound, bound, bound, Order.COST, overtakenFor);
    try (Admission one = new Admission("one", 1, 64, config, now::get)) {
      take(one, now, "hit", Duration.ofMillis(10));
      take(one, now, "prefill", Duration.ofMillis(60));
      CountDownLatch begun = new CountDownLatch(1);
      one.admit(new Work("busy", Priority.LIVE, LONG, () -> awaitAfter(begun)));
      awaitZero(begun);
      one.admit(new Work("prefill", Priority.LIVE, LONG, () -> ran.add("prefill one")));
      one.admit(new Work("prefill", Priority.LIVE, LONG, () -> ran.add("prefill two")));
      assertThatThrownBy(() -> one.admit(new Work("prefill", Priority.LIVE, LONG, () -> true)))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("the wait for a worker would be too long");
      assertThatThrownBy(() -> one.admit(new Work("batch", Priority.BATCH, LONG, () -> true)))
          .isInstanceOf(ServingException.class);
      now.addAndGet(1);
      one.admit(new Work("hit", Priority.LIVE, LONG, () -> ran.add("hit")));
      gate.countDown();
      awaitIdle(one);
    }
    assertThat(ran).containsExactly("hit", "prefill one", "prefill two");
  }

  /** Runs a call that takes {@code length}. */
  private static void take(Admission one, AtomicLong now, String kind, Duration length) {
    BooleanSupplier work =
        () -> {
          now.addAndGet(length.toNanos());
          return true;
        };
    one.admit(new Work(kind, Priority.LIVE, LONG, work));
    awaitIdle(one);
  }

  private boolean awaitAfter(CountDownLatch begun) {
    begun.countDown();
    await();
    return true;
  }

  private static void awaitZero(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  private static void awaitIdle(Admission one) {
    while (one.waiting() > 0) {
      Thread.onSpinWait();
    }
    one.onEveryWorker(() -> {}); // returns only after the previous call has ended
  }

  private Ticket admit(Priority priority, String name, Runnable task) {
    return admission.admit(
        new Work(
            "test",
            priority,
            LONG,
            () -> {
              task.run();
              return ran.add(name);
            }));
  }

  private void awaitWorkerBusy() {
    while (admission.waiting() > 0) {
      Thread.onSpinWait();
    }
  }

  private void await() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
