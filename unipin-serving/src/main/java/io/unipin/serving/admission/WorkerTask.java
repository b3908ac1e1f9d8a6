package io.unipin.serving.admission;

import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A task for one worker, which somebody waits for. Thread-safe. */
final class WorkerTask implements Runnable {
  private final Runnable task;
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  WorkerTask(Runnable task) {
    this.task = task;
  }

  @Override
  public void run() {
    try {
      task.run();
    } catch (RuntimeException e) {
      failure.set(e); // thrown on by the one who waits
    } finally {
      done.countDown();
    }
  }

  void await() {
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServingException(FailureKind.UNAVAILABLE, "interrupted", e);
    }
    RuntimeException thrown = failure.get();
    if (thrown != null) {
      throw thrown;
    }
  }
}
