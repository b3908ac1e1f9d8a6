package io.unipin.serving.fleet;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.erasure.LoggedErasure;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisScript;
import io.unipin.serving.redis.RedisValues;
import io.unipin.serving.threads.Recurring;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The erasures of users in Redis, for a fleet without a topic of erasures. The log has a single
 * part. The positions in it are times in microseconds since 1970. Replicas ask for new erasures
 * several times a second. Thread-safe.
 */
final class RedisErasures implements ErasureLog {
  /** The only part of the log. */
  static final String PART = "redis";

  private static final Logger logger = LoggerFactory.getLogger(RedisErasures.class);
  private static final RedisScript WRITE = RedisScript.of(RedisErasures.class, "write.lua");
  private static final RedisScript READ = RedisScript.of(RedisErasures.class, "read.lua");
  private static final byte[][] KEYS = {
    FleetKeys.of("erasures"), FleetKeys.of("order"),
  };
  private static final Duration EVERY = Duration.ofMillis(100);
  private static final int TOGETHER = 500;
  private static final int FIELDS = 3;
  private static final long MICROS = 1000;

  private final FleetLink link;
  private final int waitReplicas;
  private volatile boolean read;
  private volatile @Nullable Recurring following;
  private boolean failing;
  private boolean closed;

  /**
   * @param waitReplicas number of Redis replicas that must confirm the write of an erasure
   */
  RedisErasures(FleetLink link, int waitReplicas) {
    this.link = link;
    this.waitReplicas = waitReplicas;
  }

  @Override
  public String name() {
    return PART;
  }

  @Override
  public void write(byte[] key, byte[] value) {
    link.redis().runReplicated(WRITE, waitReplicas, KEYS, key, value);
  }

  @Override
  public void readAll(Receiver receiver) {
    readFrom(0, receiver);
  }

  /**
   * Passes all records at or after a position to a receiver. Returns the position after the last
   * record.
   */
  private long readFrom(long position, Receiver receiver) {
    long next = position;
    RedisConnections redis = link.redis();
    while (true) {
      List<Object> found =
          redis.run(
              READ, redis.timeout(), KEYS, RedisValues.bytes(next), RedisValues.bytes(TOGETHER));
      for (int i = 0; i < found.size(); i += FIELDS) {
        long at = RedisValues.number(found.get(i + 2));
        receiver.take(
            new LoggedErasure(
                (byte[]) found.get(i), (byte[]) found.get(i + 1), PART, at, at / MICROS));
        next = at + 1;
      }
      if (found.size() < TOGETHER * FIELDS) {
        receiver.caughtUp();
        return next;
      }
    }
  }

  @Override
  public boolean follow(Receiver receiver, Positions positions) {
    long[] next = {positions.from(PART)};
    step(receiver, next);
    following = Recurring.start("erasures", EVERY, () -> step(receiver, next));
    return read;
  }

  /** Takes new erasures. If Redis can't be reached, the next step tries again. */
  private synchronized void step(Receiver receiver, long[] next) {
    if (closed) {
      return;
    }
    try {
      next[0] = readFrom(next[0], receiver);
      read = true;
      if (failing) {
        failing = false;
        logger.info("erasures of other replicas are read again");
      }
    } catch (RuntimeException e) {
      if (!failing) {
        failing = true;
        logger.warn("erasures of other replicas can't be made now; this is tried again", e);
      }
    }
  }

  @Override
  public boolean isRead() {
    return read;
  }

  /**
   * Stops following, but first finishes the erasure that is being applied. Does not close the
   * connection.
   */
  @Override
  public void close() {
    Recurring running = following;
    if (running != null) {
      running.close();
    }
    synchronized (this) {
      closed = true;
    }
  }
}
