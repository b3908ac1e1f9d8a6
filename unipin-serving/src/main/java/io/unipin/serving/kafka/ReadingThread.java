package io.unipin.serving.kafka;

import io.unipin.serving.threads.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The thread that reads a topic until it is closed. Thread-safe. */
final class ReadingThread {
  private static final Duration REOPEN = Duration.ofSeconds(1);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param use purpose of the topic
   * @param task reads the topic; returns when {@link #isClosed} is true
   */
  ReadingThread(String use, Runnable task) {
    this.thread = DaemonThreads.named("kafka-" + use).newThread(task);
  }

  void start() {
    thread.start();
  }

  /** Whether the task should return. */
  boolean isClosed() {
    return closed;
  }

  /** Waits before the task reopens a topic that it could not read. Called by the task. */
  void rest() {
    try {
      TimeUnit.NANOSECONDS.sleep(REOPEN.toNanos());
    } catch (InterruptedException e) {
      closed = true;
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Lets the task return, and waits for it. Idempotent.
   *
   * @param wakeUp ends a running poll
   */
  void close(Runnable wakeUp) {
    closed = true;
    wakeUp.run();
    try {
      thread.join(STOP.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
