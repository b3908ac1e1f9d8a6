package io.unipin.serving.history.redis;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.LogRewrite;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.threads.Recurring;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes Redis rewrite its append-only files after erasures, so that erased bytes leave the disks of
 * Redis. The result of a rewrite that began before an erasure may still hold the erased bytes. So
 * another rewrite follows. Thread-safe.
 */
final class LogRewrites implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(LogRewrites.class);
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final RedisConnections redis;
  private final AtomicBoolean due = new AtomicBoolean();
  private final AtomicLong begunNanos = new AtomicLong(System.nanoTime() - EVERY.toNanos());
  private final Recurring task;

  LogRewrites(RedisConnections redis) {
    this.redis = redis;
    this.task = Recurring.start("redis-rewrites", EVERY, this::run);
  }

  /** Notes that bytes were erased. */
  void request() {
    due.set(true);
  }

  /**
   * Makes Redis begin a rewrite at once, unless a rewrite began within the last interval. Each
   * rewrite costs Redis a copy of its memory, so further requests wait until the interval has
   * passed.
   */
  LogRewrite now() {
    long last = begunNanos.get();
    long nanos = System.nanoTime();
    if (nanos - last < EVERY.toNanos() || !begunNanos.compareAndSet(last, nanos)) {
      due.set(true);
      return LogRewrite.QUEUED;
    }
    due.set(false);
    return rewrite();
  }

  private void run() {
    if (due.getAndSet(false)) {
      begunNanos.set(System.nanoTime());
      rewrite();
    }
  }

  private LogRewrite rewrite() {
    try {
      return redis.rewriteLogs() ? LogRewrite.STARTED : LogRewrite.NONE;
    } catch (ServingException e) {
      due.set(true);
      logger.debug("Redis' append-only files are not rewritten yet", e);
      return LogRewrite.QUEUED;
    }
  }

  @Override
  public void close() {
    task.close();
  }
}
