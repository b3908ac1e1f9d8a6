package io.unipin.serving.admission;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task for one worker. Another thread waits until the task ends. Thread-safe. */
final class WorkerTask implements Runnable {
  private static final Logger logger = LoggerFactory.getLogger(WorkerTask.class);

  private final Runnable task;
  private final AtomicBoolean taken = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  WorkerTask(Runnable task) {
    this.task = task;
  }

  /** Runs the task, unless the waiting thread has given up. */
  @Override
  public void run() {
    if (!taken.compareAndSet(false, true)) {
      return;
    }
    try {
      task.run();
    } catch (Throwable e) {
      failure.set(e); // await() throws the failure on the waiting thread
    } finally {
      done.countDown();
    }
  }

  /**
   * Waits for the end of the task. Once the task has begun, not even an interrupt ends the wait
   * early. The reason is that the caller may close what the task uses as soon as this method
   * returns.
   *
   * @param patience time within which the task must begin
   * @throws ServingException UNAVAILABLE when the task did not begin in time, INTERNAL after an
   *     error
   */
  void await(Duration patience) {
    try {
      boolean ended = done.await(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (!ended && taken.compareAndSet(false, true)) {
        throw new ServingException(
            FailureKind.UNAVAILABLE, "a free worker expected within %s".formatted(patience));
      }
      done.await();
    } catch (InterruptedException e) {
      giveUp();
      throw new ServingException(FailureKind.UNAVAILABLE, "interrupted", e);
    }
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (thrown != null) {
      throw new ServingException(FailureKind.INTERNAL, "a worker's task failed", thrown);
    }
  }

  /**
   * If the task has not begun, prevents it from running. Otherwise waits until the task ends. The
   * calling thread stays interrupted.
   */
  private void giveUp() {
    while (!taken.compareAndSet(false, true) && done.getCount() > 0) {
      try {
        done.await();
      } catch (InterruptedException e) {
        logger.debug("a task on a worker is waited for", e);
      }
    }
    Thread.currentThread().interrupt();
  }
}
