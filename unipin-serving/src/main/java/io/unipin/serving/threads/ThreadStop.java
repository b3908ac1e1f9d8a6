package io.unipin.serving.threads;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the end of threads that are about to end. */
public final class ThreadStop {
  private static final Logger logger = LoggerFactory.getLogger(ThreadStop.class);

  /** How long interrupted threads may take to end. */
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

  private ThreadStop() {}

  /**
   * Waits until all threads have ended. Interrupts the threads that still run after {@code time},
   * and then waits two more seconds at most. If the caller is interrupted, interrupts the threads
   * at once and keeps the caller's interrupt.
   *
   * @return whether all threads have ended
   */
  public static boolean await(List<Thread> threads, Duration time) {
    try {
      if (ended(threads, time)) {
        return true;
      }
      logger.warn("calls are still under way after the drain time; they are interrupted");
      threads.forEach(Thread::interrupt);
      return ended(threads, AFTER_INTERRUPT);
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      Thread.currentThread().interrupt();
      return threads.stream().noneMatch(Thread::isAlive);
    }
  }

  private static boolean ended(List<Thread> threads, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    for (Thread thread : threads) {
      // Thread.join(0) would wait without a limit.
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }
}
