package io.unipin.serving.fleet;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.erasure.ErasureSeal;
import io.unipin.serving.redis.RedisPlace;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.user.ErasureSpread;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server as one replica of a fleet: its entry in the register, and the erasures of the fleet.
 * Without Redis and without a topic of erasures it does nothing, and no class of the Redis client
 * is loaded. Thread-safe.
 */
public final class Fleet implements AutoCloseable {
  private final @Nullable FleetLink link;
  private final @Nullable Replicas replicas;
  private final @Nullable FleetErasures erasures;

  private Fleet(
      @Nullable FleetLink link, @Nullable Replicas replicas, @Nullable FleetErasures erasures) {
    this.link = link;
    this.replicas = replicas;
    this.erasures = erasures;
  }

  /**
   * Opens the connections of a replica, which is not in the register yet. If Redis can't be
   * reached, the replica joins the fleet later.
   *
   * @param place host and port of the replica
   * @param waitReplicas number of Redis replicas that must confirm the write of an erasure
   * @param topic log of erasures in Kafka; null to keep the erasures in Redis
   * @throws io.unipin.settings.ConfigException if Redis could evict data that the fleet needs
   */
  public static Fleet open(
      FleetConfig config,
      String place,
      RedisPlace redis,
      int waitReplicas,
      @Nullable ErasureLog topic,
      Secrets secrets) {
    ErasureSeal seal = new ErasureSeal(secrets);
    if (!redis.isUsed()) {
      return new Fleet(
          null, null, topic == null ? null : new FleetErasures(topic, seal, null, config));
    }
    FleetLink link = FleetLink.open(redis, topic == null);
    Replicas replicas = new Replicas(link, config, place);
    ErasureLog log = topic == null ? new RedisErasures(link, waitReplicas) : topic;
    return new Fleet(link, replicas, new FleetErasures(log, seal, replicas, config));
  }

  /**
   * Enters this replica into the register.
   *
   * @param versions returns the current versions of the program, the settings and the bundles that
   *     this replica serves, by name
   */
  public void enter(Supplier<? extends SortedMap<String, String>> versions) {
    if (replicas != null) {
      replicas.start(versions);
    }
  }

  /** Returns the replicas as this replica saw them last. */
  public FleetView view() {
    return replicas == null ? FleetView.NONE : replicas.view();
  }

  /** Returns the erasures of the fleet; empty if the server belongs to no fleet. */
  public Optional<FleetErasures> erasures() {
    return Optional.ofNullable(erasures);
  }

  /**
   * Returns the object that tells other replicas to erase a user. Without a fleet, this object does
   * nothing.
   */
  public ErasureSpread spread() {
    return erasures == null ? ErasureSpread.NONE : erasures;
  }

  /** Leaves the register and closes the connections. Idempotent. */
  @Override
  public void close() {
    if (erasures != null) {
      erasures.close();
    }
    if (replicas != null) {
      replicas.close();
    }
    if (link != null) {
      link.close();
    }
  }
}
