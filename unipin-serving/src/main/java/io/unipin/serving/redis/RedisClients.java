package io.unipin.serving.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.protocol.RedisCommand;
import io.unipin.settings.ConfigException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Translates UniPin's settings of a Redis into settings of the Redis client. */
final class RedisClients {
  /** Number of commands that may wait for an answer on one connection. Further commands fail. */
  private static final int MOST_COMMANDS = 4096;

  /**
   * Longest time to open a connection and to learn the topology. A process that has just started
   * takes longer for its first connection than for a command.
   */
  private static final Duration OPENING = Duration.ofSeconds(5);

  /** Commands with which a connection begins, and commands that ask for the topology. */
  private static final Set<String> OPENING_COMMANDS =
      Set.of("HELLO", "AUTH", "CLIENT", "PING", "SELECT", "CLUSTER", "INFO");

  /** Shortest time between two refreshes of the topology, if failures cause them. */
  private static final Duration ADAPTIVE_PAUSE = Duration.ofMillis(200);

  private RedisClients() {}

  static List<RedisURI> uris(RedisPlace place) {
    if (!place.passwordFile().isEmpty()) {
      requireReadable("passwordFile", place.passwordFile());
    }
    if (!place.authorities().isEmpty()) {
      requireReadable("authorities", place.authorities());
    }
    return place.nodes().stream().map(node -> uri(place, node)).toList();
  }

  private static void requireReadable(String key, String file) {
    if (!Files.isReadable(Path.of(file))) {
      throw new ConfigException("redis." + key + ": a readable file expected, got " + file);
    }
  }

  private static RedisURI uri(RedisPlace place, RedisPlace.Node node) {
    RedisURI.Builder uri =
        RedisURI.builder()
            .withHost(node.host().replaceAll("[\\[\\]]", ""))
            .withPort(node.port())
            .withSsl(place.isTls())
            .withTimeout(opening(place));
    if (!place.passwordFile().isEmpty()) {
      Path file = Path.of(place.passwordFile());
      uri.withAuthentication(
          RedisCredentialsProvider.from(
              () ->
                  RedisCredentials.just(
                      place.user().isEmpty() ? null : place.user(), password(file))));
    }
    return uri.build();
  }

  static Duration opening(RedisPlace place) {
    return place.timeout().compareTo(OPENING) > 0 ? place.timeout() : OPENING;
  }

  private static TimeoutOptions.TimeoutSource timeouts(RedisPlace place) {
    return new TimeoutOptions.TimeoutSource() {
      @Override
      public long getTimeout(RedisCommand<?, ?, ?> command) {
        boolean opens = OPENING_COMMANDS.contains(command.getType().toString());
        return (opens ? opening(place) : place.timeout()).toNanos();
      }

      @Override
      public TimeUnit getTimeUnit() {
        return TimeUnit.NANOSECONDS;
      }
    };
  }

  /**
   * Returns the first line of the file. The file is read for every new connection, so the password
   * may change.
   */
  private static String password(Path file) {
    try {
      return Files.readString(file).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      throw new UncheckedIOException("redis.passwordFile can't be read", e);
    }
  }

  static ClientOptions single(RedisPlace place) {
    return common(ClientOptions.builder(), place).build();
  }

  /**
   * Returns options with two kinds of refreshes of the topology: at regular intervals, and after
   * redirections and failures.
   */
  static ClusterClientOptions cluster(RedisPlace place) {
    ClusterClientOptions.Builder options = ClusterClientOptions.builder();
    common(options, place);
    return options
        .topologyRefreshOptions(
            ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(place.topologyRefresh())
                .adaptiveRefreshTriggersTimeout(ADAPTIVE_PAUSE)
                .build())
        .build();
  }

  private static ClientOptions.Builder common(ClientOptions.Builder options, RedisPlace place) {
    options
        .autoReconnect(true)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(MOST_COMMANDS)
        .timeoutOptions(
            TimeoutOptions.builder().timeoutCommands().timeoutSource(timeouts(place)).build())
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(opening(place))
                .keepAlive(true)
                .tcpNoDelay(true)
                .build());
    if (place.isTls()) {
      SslOptions.Builder tls = SslOptions.builder().jdkSslProvider();
      if (!place.authorities().isEmpty()) {
        tls.trustManager(new File(place.authorities()));
      }
      options.sslOptions(tls.build());
    }
    return options;
  }
}
