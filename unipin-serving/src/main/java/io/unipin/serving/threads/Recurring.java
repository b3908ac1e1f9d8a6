package io.unipin.serving.threads;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that is done again and again, on a thread of its own, until closed. Whatever it throws, it is done again: the JDK's
 * clocks drop a task that throws, without a word. Thread-safe.
 */
public final class Recurring implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Recurring.class);

  private final String name;
  private final Runnable task;
  private final ScheduledExecutorService clock;
  private final AtomicBoolean failed = new AtomicBoolean();

  private Recurring(String name, Runnable task) {
    this.name = name;
    this.task = task;
    this.clock = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named(name));
  }

  /** Does the task for the first time after this distance, and then at this distance from end to begin. */
  public static Recurring start(String name, Duration distance, Runnable task) {
    Recurring started = new Recurring(name, task);
    long nanos = distance.toNanos();
    var unused =
        started.clock.scheduleWithFixedDelay(started::run, nanos, nanos, TimeUnit.NANOSECONDS);
    return started;
  }

  private void run() {
    try {
      task.run();
      failed.set(false);
    } catch (Throwable e) {
      if (failed.compareAndSet(false, true)) { // the same cause tends to fail every time
        logger.error("{} failed; it is tried again", name, e);
      }
    }
  }

  /** Interrupts the task if it runs. Idempotent. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
