package io.unipin.serving.threads;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that runs repeatedly on its own thread until it is closed.
 *
 * <p>A task that throws runs again. The JDK's schedulers would drop such a task silently.
 * Thread-safe.
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

  /**
   * Starts a task. The first run begins after {@code distance}. Each later run begins this long
   * after the end of the previous run.
   */
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
      if (failed.compareAndSet(false, true)) { // the same cause often makes every run fail
        logger.error("{} failed; it is tried again", name, e);
      }
    }
  }

  /** Stops the task, and interrupts it if it is running. Idempotent. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
