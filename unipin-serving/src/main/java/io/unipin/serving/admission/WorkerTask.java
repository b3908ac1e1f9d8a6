package io.unipin.serving.admission;

import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A task for one worker, which somebody waits for. Thread-safe. */
final class WorkerTask implements Runnable {
  private final Runnable task;
  private final AtomicBoolean taken = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  WorkerTask(Runnable task) {
    this.task = task;
  }

  /** Does nothing once nobody waits any more. */
  @Override
  public void run() {
    if (!taken.compareAndSet(false, true)) {
      return;
    }
    try {
      task.run();
    } catch (Throwable e) {
      failure.set(e); // thrown on by the one who waits
    } finally {
      done.countDown();
    }
  }

  /**
   * Waits for the end of the task; one that has begun is waited for however long it takes.
   *
   * @param patience within which it must begin
   * @throws ServingException UNAVAILABLE when it did not begin, INTERNAL after an error
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
      Thread.currentThread().interrupt();
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
}
