package io.unipin.serving.rpc.json;

import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import io.grpc.netty.shaded.io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time limits for a connection's client, one limit for each step. Only the connection's thread
 * uses it.
 */
final class Patience {
  /** From the connection to the first byte of its first request. */
  static final Duration FIRST = Duration.ofSeconds(10);

  /** Between two requests. */
  static final Duration IDLE = Duration.ofMinutes(1);

  /** From the first byte of a request to the end of its headers. */
  static final Duration HEAD = Duration.ofSeconds(5);

  /** From the headers to the end of the body. */
  static final Duration BODY = Duration.ofSeconds(30);

  /** Until the client has taken the answer. */
  static final Duration ANSWER = Duration.ofSeconds(30);

  /**
   * Until the client has noticed an answer that was sent before the whole request body arrived.
   * Such an answer ends the connection.
   */
  static final Duration LINGER = Duration.ofSeconds(2);

  private final EventExecutor thread;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable Duration running;

  Patience(EventExecutor thread) {
    this.thread = thread;
  }

  /** Begins to wait, and ends an earlier wait. When the time is over, {@code over} runs. */
  void start(Duration time, Runnable over) {
    stop();
    running = time;
    timer = thread.schedule(over, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Begins to wait, unless a wait of the same length is running. */
  void startOnce(Duration time, Runnable over) {
    if (!time.equals(running)) {
      start(time, over);
    }
  }

  void stop() {
    running = null;
    if (timer != null) {
      var unused = timer.cancel(false);
      timer = null;
    }
  }
}
