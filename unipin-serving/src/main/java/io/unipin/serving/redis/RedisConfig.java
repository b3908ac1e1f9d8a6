package io.unipin.serving.redis;

import static io.unipin.settings.SettingException.checkRange;

import java.time.Duration;

/**
 * Settings of the Redis that holds the data shared by all replicas. {@link RedisPlace} explains all
 * components except the last.
 *
 * @param waitReplicas number of Redis replicas that must have a recorded action before the action
 *     is acknowledged; 0 to acknowledge an action as soon as the primary has it
 */
public record RedisConfig(
    String uri,
    boolean cluster,
    String user,
    String passwordFile,
    String authorities,
    Duration timeout,
    Duration topologyRefresh,
    int waitReplicas) {
  private static final int MOST_REPLICAS = 16;

  public RedisConfig {
    new RedisPlace(uri, cluster, user, passwordFile, authorities, timeout, topologyRefresh);
    checkRange("waitReplicas", waitReplicas, 0, MOST_REPLICAS);
  }

  /** Returns the settings of the connection. */
  public RedisPlace place() {
    return new RedisPlace(uri, cluster, user, passwordFile, authorities, timeout, topologyRefresh);
  }
}
