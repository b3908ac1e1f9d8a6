package io.unipin.serving.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisPlace;
import io.unipin.serving.redis.RedisSafety;
import io.unipin.settings.ConfigException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to the Redis that holds the register of replicas and their erasures. If this
 * Redis can't be reached, the server still starts, and connects later. Thread-safe.
 */
final class FleetLink implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(FleetLink.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String AWAY = "Redis was not reached yet";
  private static final String REGISTER = "the register of replicas";

  private final RedisPlace place;
  private final RedisSafety.Content content;
  private volatile @Nullable RedisConnections open;

  /** Why there are no connections. */
  private volatile String absence = AWAY;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private boolean warned;

  private FleetLink(RedisPlace place, RedisSafety.Content content) {
    this.place = place;
    this.content = content;
  }

  /**
   * Connects. If Redis can't be reached, {@link #connect} connects later.
   *
   * @param holdsErasures whether Redis holds the only log of erasures
   * @throws ConfigException if Redis could evict the fleet's data
   */
  static FleetLink open(RedisPlace place, boolean holdsErasures) {
    RedisSafety.Content content =
        holdsErasures
            ? new RedisSafety.Content("erasures and " + REGISTER, "erasures")
            : new RedisSafety.Content(REGISTER, "");
    FleetLink link = new FleetLink(place, content);
    boolean unused = link.reach();
    return link;
  }

  /**
   * Connects if there are no connections yet. If the settings of Redis make it unsafe for the
   * fleet, logs the reason.
   */
  void connect() {
    if (open != null) {
      return;
    }
    try {
      if (reach()) {
        logger.info("fleet: connected to Redis");
      } else {
        absence = AWAY;
      }
    } catch (ConfigException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(absence)) {
        absence = problem;
        logger.error("this server can't join its fleet: {}", problem);
      }
    }
  }

  /** Tries to connect. Returns false if Redis can't be reached, or after {@link #close}. */
  private synchronized boolean reach() {
    if (closed) {
      return false;
    }
    RedisConnections made = null;
    boolean safe = false;
    try {
      made = RedisConnections.open("fleet", place);
      RedisSafety.require(made, content);
      safe = true;
      open = made;
      return true;
    } catch (ServingException e) {
      if (e.kind() != FailureKind.UNAVAILABLE) {
        throw e;
      }
      if (!warned) {
        warned = true;
        logger.warn(
            "redis.uri: {}; this server makes and confirms the erasures of its fleet once it can",
            e.getMessage());
      }
      return false;
    } finally {
      if (made != null && !safe) {
        made.close();
      }
    }
  }

  /**
   * Returns the connections, which may be interrupted at the moment.
   *
   * @throws ServingException UNAVAILABLE if there were no connections so far
   */
  RedisConnections redis() {
    RedisConnections known = open;
    if (known == null) {
      throw ServingException.unavailable("the fleet: " + absence, RETRY_AFTER, null);
    }
    return known;
  }

  /** Returns why there are no connections; empty if there are some. */
  String absence() {
    return open == null ? absence : "";
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
