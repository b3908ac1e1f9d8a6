package io.unipin.serving.history.redis;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.threads.Recurring;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets Redis rewrite its append-only files after erasures, so that erased bytes leave its disks. A
 * rewrite that began before an erasure may still hold the bytes. So a further one follows it.
 * Thread-safe.
 */
final class LogRewrites implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(LogRewrites.class);
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final RedisConnections redis;
  private final AtomicBoolean due = new AtomicBoolean();
  private final Recurring task;

  LogRewrites(RedisConnections redis) {
    this.redis = redis;
    this.task = Recurring.start("redis-rewrites", EVERY, this::run);
  }

  /** Notes that bytes were erased. */
  void request() {
    due.set(true);
  }

  private void run() {
    if (!due.getAndSet(false)) {
      return;
    }
    try {
      redis.rewriteLogs();
    } catch (ServingException e) {
      due.set(true);
      logger.debug("Redis' append-only files are not rewritten yet", e);
    }
  }

  @Override
  public void close() {
    task.close();
  }
}
