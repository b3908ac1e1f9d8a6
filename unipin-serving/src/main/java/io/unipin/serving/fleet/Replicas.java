package io.unipin.serving.fleet;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisScript;
import io.unipin.serving.redis.RedisValues;
import io.unipin.serving.threads.Recurring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The register of a fleet's replicas in Redis. Each replica renews its lease several times before
 * the lease would end. At each renewal it also reads the cards of the other replicas. All times are
 * times of the clock of Redis.
 *
 * <p>If two processes have the same name, the process that started later keeps the name. The other
 * process adds a number to its own name and logs an error. Thread-safe.
 */
public final class Replicas implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Replicas.class);
  private static final RedisScript RENEW = RedisScript.of(Replicas.class, "renew.lua");
  private static final RedisScript LEAVE =
      RedisScript.of(
          "local known = redis.call('HGET', KEYS[1], ARGV[1]) "
              + "if known and cjson.decode(known).instance == ARGV[2] then "
              + "redis.call('HDEL', KEYS[1], ARGV[1]) redis.call('ZREM', KEYS[2], ARGV[1]) end "
              + "return {}");
  private static final RedisScript CONFIRM = RedisScript.of(Replicas.class, "confirm.lua");
  private static final RedisScript CONFIRMED =
      RedisScript.of("return redis.call('HGETALL', KEYS[1])");
  private static final byte[] CARDS = FleetKeys.of("replicas");
  private static final byte[] SEEN = FleetKeys.of("seen");
  private static final int RENEWALS = 3;
  private static final Duration FORGOTTEN = Duration.ofDays(30);
  private static final Duration EPHEMERAL = Duration.ofMinutes(10);
  private static final long UNSEEN_MS = Duration.ofDays(7).toMillis();
  private static final long CONFIRMED_SECONDS = Duration.ofHours(1).toSeconds();
  private static final int FIELDS = 3;

  private final FleetLink link;
  private final Duration lease;
  private final boolean ephemeral;
  private final String instance;
  private final long startedMs;
  private volatile String name;
  private final String address;
  private volatile Supplier<? extends SortedMap<String, String>> versions = TreeMap::new;
  private volatile FleetView view;
  private volatile @Nullable Recurring renewals;
  private boolean closed;

  /** Creates the register for a replica that is not in the register yet. */
  Replicas(FleetLink link, FleetConfig config, String place) {
    this.link = link;
    this.lease = config.lease();
    this.ephemeral = config.ephemeral();
    this.instance = Long.toHexString(ThreadLocalRandom.current().nextLong());
    this.startedMs = System.currentTimeMillis();
    this.name = config.name().isEmpty() ? place : config.name();
    this.address = config.address().isEmpty() ? place : config.address();
    this.view = new FleetView(name, false, link.absence(), List.of());
  }

  /**
   * Enters this replica and renews its lease from now on. If Redis can't be reached, the replica is
   * entered later.
   *
   * @param served returns the current versions of the program, the settings and the bundles that
   *     this replica serves, by name
   */
  void start(Supplier<? extends SortedMap<String, String>> served) {
    versions = served;
    renew();
    renewals =
        Recurring.start(
            "fleet",
            lease.dividedBy(RENEWALS),
            () -> {
              link.connect();
              renew();
            });
  }

  /** Returns the replicas as they were at the last renewal. */
  public FleetView view() {
    return view;
  }

  /** Renews the lease and reads all cards. */
  private synchronized void renew() {
    if (closed) {
      return;
    }
    try {
      if (!renewed(false)) {
        String other = name + "-" + instance.substring(0, Math.min(8, instance.length()));
        logger.error(
            "another server calls itself {} in the fleet, so this one is {}; give each replica a"
                + " fleet.name of its own",
            name,
            other);
        name = other;
        renewed(false);
      }
    } catch (ServingException e) {
      if (view.reachable()) {
        logger.warn("the register of replicas can't be reached now; this is tried again", e);
      }
      String absence = link.absence();
      String problem = absence.isEmpty() ? "Redis is away" : absence;
      view = new FleetView(name, false, problem, view.replicas());
    }
  }

  /** Renews the lease. Returns false if another process has the name. */
  private boolean renewed(boolean stopped) {
    SortedMap<String, String> own = versions.get();
    ReplicaCard card = new ReplicaCard(instance, address, startedMs, stopped, ephemeral, own);
    List<Object> answer =
        run(
            RENEW,
            new byte[][] {CARDS, SEEN},
            RedisValues.bytes(name),
            RedisValues.bytes(card.write()),
            RedisValues.bytes(instance),
            RedisValues.bytes(startedMs),
            RedisValues.bytes(FORGOTTEN.toMillis()),
            RedisValues.bytes(EPHEMERAL.toMillis()));
    if (RedisValues.number(answer.get(0)) == 0) {
      return false;
    }
    long nowMs = RedisValues.number(answer.get(1));
    List<Replica> replicas = new ArrayList<>();
    for (int i = 2; i < answer.size(); i += FIELDS) {
      replicas.add(
          replica(
              RedisValues.text(answer.get(i)),
              ReplicaCard.read(RedisValues.text(answer.get(i + 1))),
              nowMs - RedisValues.number(answer.get(i + 2)),
              nowMs,
              own));
    }
    replicas.sort(Comparator.comparing(Replica::name));
    report(replicas);
    return true;
  }

  private List<Object> run(RedisScript script, byte[][] keys, byte[]... values) {
    RedisConnections redis = link.redis();
    return redis.run(script, redis.timeout(), keys, values);
  }

  private Replica replica(
      String of, ReplicaCard card, long silentMs, long nowMs, Map<String, String> own) {
    Replica.State state =
        silentMs > UNSEEN_MS
            ? Replica.State.UNSEEN
            : card.stopped()
                ? Replica.State.STOPPED
                : silentMs > lease.toMillis() ? Replica.State.AWAY : Replica.State.LIVE;
    return new Replica(
        of,
        card.address(),
        state,
        nowMs - silentMs,
        card.versions(),
        FleetView.differences(card.versions(), own));
  }

  private void report(List<Replica> replicas) {
    FleetView next = new FleetView(name, true, "", replicas);
    if (!view.reachable()) {
      logger.info("the register of replicas is read, and has {} in it", name);
    }
    if (!next.differing().equals(view.differing())) {
      if (next.differing().isEmpty()) {
        logger.info("all live replicas serve the same");
      } else {
        next.differing().forEach(line -> logger.warn("{}", line));
      }
    }
    view = next;
  }

  /**
   * Confirms under this replica's name that the replica has applied an erasure.
   *
   * @throws ServingException UNAVAILABLE when Redis is unavailable
   */
  void confirm(String erasure, boolean existed) {
    List<Object> answer = confirmed(erasure, existed);
    if (RedisValues.number(answer.get(0)) == 0) {
      renew(); // the lease was lost, or was not taken yet
      confirmed(erasure, existed);
    }
  }

  private List<Object> confirmed(String erasure, boolean existed) {
    return run(
        CONFIRM,
        new byte[][] {CARDS, done(erasure)},
        RedisValues.bytes(name),
        RedisValues.bytes(instance),
        RedisValues.bytes(existed ? 1 : 0),
        RedisValues.bytes(CONFIRMED_SECONDS));
  }

  private static byte[] done(String erasure) {
    return FleetKeys.of("done:" + erasure);
  }

  /**
   * Returns the names of the replicas that have confirmed an erasure, each with whether it held
   * data of the user.
   */
  Map<String, Boolean> confirmations(String erasure) {
    List<Object> answer = run(CONFIRMED, new byte[][] {done(erasure)});
    Map<String, Boolean> all = new HashMap<>();
    for (int i = 0; i < answer.size(); i += 2) {
      all.put(RedisValues.text(answer.get(i)), RedisValues.number(answer.get(i + 1)) == 1);
    }
    return all;
  }

  /** Reads the cards now. */
  FleetView look() {
    renew();
    return view;
  }

  /** Notes that this replica has ended in good order. Idempotent. */
  @Override
  public void close() {
    Recurring running = renewals;
    if (running == null) {
      return;
    }
    running.close();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      try {
        if (ephemeral) {
          run(
              LEAVE,
              new byte[][] {CARDS, SEEN},
              RedisValues.bytes(name),
              RedisValues.bytes(instance));
        } else {
          renewed(true);
        }
      } catch (ServingException e) {
        logger.info("the end of this replica can't be noted, since Redis is away");
      }
    }
  }
}
