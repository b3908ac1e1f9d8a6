package io.unipin.serving.threads;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ThreadStopTest {
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void await_threadsThatEnd_isTrueWithoutAnInterrupt() {
    CountDownLatch interrupted = new CountDownLatch(1);
    Thread brief =
        started(
            () -> {
              if (Thread.currentThread().isInterrupted()) {
                interrupted.countDown();
              }
            });
    assertThat(ThreadStop.await(List.of(brief), LONG)).isTrue();
    assertThat(interrupted.getCount()).isEqualTo(1);
  }

  /**
   * All threads hang at once. If each thread were interrupted only after the wait for the thread
   * before it, the last of these threads would hang for minutes.
   */
  @Test
  void await_threadsThatHang_interruptsAllAtOnce() {
    List<Thread> hanging = Stream.generate(() -> started(ThreadStopTest::hang)).limit(40).toList();
    assertThat(ThreadStop.await(hanging, SHORT)).isTrue();
    assertThat(hanging).noneMatch(Thread::isAlive);
  }

  @Test
  void await_threadThatIgnoresInterrupts_isFalse() throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    Thread stubborn = started(() -> awaitAgainAndAgain(end));
    try {
      assertThat(ThreadStop.await(List.of(stubborn), SHORT)).isFalse();
    } finally {
      end.countDown();
      stubborn.join();
    }
  }

  @Test
  void await_interruptedCaller_interruptsTheThreadsAndStaysInterrupted()
      throws InterruptedException {
    Thread hanging = started(ThreadStopTest::hang);
    Thread.currentThread().interrupt();
    ThreadStop.await(List.of(hanging), LONG);
    assertThat(Thread.interrupted()).isTrue();
    hanging.join(LONG.toMillis());
    assertThat(hanging.isAlive()).isFalse();
  }

  private static Thread started(Runnable task) {
    Thread thread = new Thread(task, "thread-stop-test");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitAgainAndAgain(CountDownLatch end) {
    boolean ended = false;
    while (!ended) {
      try {
        ended = end.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        ended = false;
      }
    }
  }
}
