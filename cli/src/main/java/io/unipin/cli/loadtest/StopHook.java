package io.unipin.cli.loadtest;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a run end in order when the JVM is told to end, for example by Ctrl-C. Thread-safe.
 *
 * <p>The hook tells the run to stop, and holds the JVM until the run has stopped and has erased its
 * users. A bound keeps the hook from holding the JVM if the server does not answer.
 */
final class StopHook implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Duration patience;
  private final Runnable late;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread = new Thread(this::stop, "unipin-loadtest-stop");
  private volatile boolean stopped;

  private StopHook(Duration patience, Runnable late) {
    this.patience = patience;
    this.late = late;
  }

  /**
   * Adds a hook to the JVM.
   *
   * @param patience the longest time for which the hook holds the JVM
   * @param late runs if the run has not ended in this time
   */
  static StopHook add(Duration patience, Runnable late) {
    StopHook hook = new StopHook(patience, late);
    Runtime.getRuntime().addShutdownHook(hook.thread);
    return hook;
  }

  /** Whether the run must stop. */
  boolean isStopped() {
    return stopped;
  }

  Thread thread() {
    return thread;
  }

  void stop() {
    stopped = true;
    try {
      if (!ended.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        late.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Notes that the run has ended, and removes the hook. */
  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(thread);
    } catch (IllegalStateException e) {
      return; // the JVM is already ending and runs the hook
    }
  }
}
