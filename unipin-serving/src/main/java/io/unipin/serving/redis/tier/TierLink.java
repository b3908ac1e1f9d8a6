package io.unipin.serving.redis.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.redis.RedisBreaker;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisPlace;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of the tier. If this Redis can't be reached, the server still starts, and
 * connects later. Thread-safe.
 */
final class TierLink implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(TierLink.class);

  private final RedisPlace place;
  private final Optional<RedisPlace> shared;
  private final RedisBreaker reads;
  private final RedisBreaker writes;
  private volatile @Nullable RedisConnections open;

  @GuardedBy("this")
  private boolean closed;

  /** Whether a check has shown that this Redis is not the shared Redis. */
  @GuardedBy("this")
  private boolean apart;

  /**
   * @param shared the Redis that holds the histories and the register of replicas, if there is such
   *     a Redis
   */
  TierLink(RedisTierConfig config, Optional<RedisPlace> shared) {
    this.place = config.place();
    this.shared = shared;
    this.apart = shared.isEmpty();
    this.reads = new RedisBreaker("KV tier", config.timeout());
    this.writes = new RedisBreaker("KV tier (writes)", place.timeout());
  }

  /** Whether there are connections, which may be interrupted at the moment. */
  boolean isOpen() {
    return open != null;
  }

  /**
   * Connects. Does nothing if there are connections, if Redis can't be reached, or after {@link
   * #close}.
   *
   * @return whether there are connections
   * @throws ConfigException if this is also the shared Redis. There are no connections then.
   */
  synchronized boolean connect() {
    if (closed) {
      return false;
    }
    if (open == null) {
      open = opened();
    }
    RedisConnections known = open;
    if (known != null && !apart) {
      requireApart(known);
    }
    return known != null;
  }

  private @Nullable RedisConnections opened() {
    RedisConnections made = null;
    boolean ready = false;
    try {
      made = RedisConnections.open("KV tier", place);
      warnOfItsMemory(made);
      ready = true;
      logger.info("KV tier in Redis: connected");
      return made;
    } catch (ServingException e) {
      requireAbsence(e);
      logger.debug("the KV tier's Redis can't be reached", e);
      return null;
    } finally {
      if (!ready && made != null) {
        made.close();
      }
    }
  }

  private static void requireAbsence(ServingException failure) {
    if (failure.kind() != FailureKind.UNAVAILABLE) {
      throw failure;
    }
  }

  /**
   * Throws if the Redis of the tier is also the shared Redis. While the shared Redis is
   * unavailable, this can't be checked. The next call then checks it.
   */
  @GuardedBy("this")
  private void requireApart(RedisConnections made) {
    boolean same;
    try (RedisConnections others = RedisConnections.open("shared", shared.orElseThrow())) {
      List<String> own = made.identities();
      same = others.identities().stream().anyMatch(id -> !id.isEmpty() && own.contains(id));
    } catch (ServingException e) {
      requireAbsence(e);
      logger.debug("whether the KV tier has a Redis of its own can't be checked now", e);
      return;
    }
    if (same) {
      open = null;
      made.close();
      throw new ConfigException(
          "cache.redis.uri: another Redis than that of redis.uri expected, got the same one:"
              + " rows of the cache would take the memory of what servers share there");
    }
    apart = true;
  }

  private static void warnOfItsMemory(RedisConnections made) {
    for (Map<String, String> memory : made.info("memory")) {
      if (memory.getOrDefault("maxmemory", "0").equals("0")) {
        logger.warn("cache.redis: a Redis with maxmemory expected, got none: it takes all memory");
      } else if (memory.getOrDefault("maxmemory_policy", "").equals("noeviction")) {
        logger.warn(
            "cache.redis: maxmemory-policy allkeys-lru expected, got noeviction: once it is full,"
                + " users are not written");
      }
    }
  }

  /** Sends a command for a request and waits for the answer. */
  <T> T read(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command,
      Duration patience)
      throws IOException {
    return use(redis -> reads.call(() -> redis.ask(command, patience)));
  }

  /** Sends commands for a request as {@link RedisConnections#askEach} does. */
  <T> void readEach(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, List<RedisFuture<T>>> commands,
      Supplier<Duration> patience,
      Predicate<T> taker)
      throws IOException {
    boolean unused =
        use(
            redis ->
                reads.call(
                    () -> {
                      redis.askEach(commands, patience, taker);
                      return true;
                    }));
  }

  /** Uses the connections to write. */
  <T> T write(Function<RedisConnections, T> work) throws IOException {
    return use(redis -> writes.call(() -> work.apply(redis)));
  }

  /** Uses the connections even if the breaker treats Redis as unavailable. */
  <T> T use(Function<RedisConnections, T> work) throws IOException {
    RedisConnections redis = open;
    if (redis == null) {
      throw new IOException("the KV tier's Redis was not reached yet");
    }
    try {
      return work.apply(redis);
    } catch (ServingException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    RedisConnections last = open;
    if (last != null) {
      last.close();
    }
  }
}
