package io.unipin.serving.redis;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of the Redis in which servers share the cached keys and values of users (the rows of the
 * KV cache). They are the section {@code cache.redis} of a server's settings. {@link RedisPlace}
 * explains the components that are not listed here.
 *
 * @param timeout longest time that a request waits for this Redis
 * @param timeToLive time for which Redis keeps a user's rows after the last write
 * @param queue largest number of bytes that may wait to be written
 */
public record RedisTierConfig(
    String uri,
    boolean cluster,
    String user,
    String passwordFile,
    String authorities,
    Duration timeout,
    Duration topologyRefresh,
    Duration timeToLive,
    ByteSize queue) {
  private static final long LEAST_QUEUE = 1 << 20;
  private static final Duration LONGEST = Duration.ofDays(365);

  /**
   * Smallest time limit of connections and background writes. The setting {@code timeout} bounds
   * only the waits of requests, and may be shorter.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  public RedisTierConfig {
    new RedisPlace(uri, cluster, user, passwordFile, authorities, timeout, topologyRefresh);
    checkPositive("timeToLive", timeToLive);
    if (timeToLive.compareTo(LONGEST) > 0) {
      throw new SettingException("timeToLive", "at most 365d expected, got " + timeToLive);
    }
    checkRange("queue", queue.bytes(), LEAST_QUEUE, 1L << 40);
  }

  /** Returns the settings of the connection. Its timeout is the time limit for background work. */
  public RedisPlace place() {
    Duration patience = timeout.compareTo(PATIENCE) > 0 ? timeout : PATIENCE;
    return new RedisPlace(uri, cluster, user, passwordFile, authorities, patience, topologyRefresh);
  }
}
