package io.unipin.serving.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.erasure.ErasureReplay.Unreadable;
import io.unipin.serving.erasure.MadeErasures;
import io.unipin.serving.erasure.SharedErasures;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.user.ErasureSpread;
import io.unipin.settings.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the register of replicas and their erasures with a real Redis. */
@NeedsRedis
@Timeout(120)
final class FleetTest {
  private static final Duration LEASE = Duration.ofMillis(900);
  private static final String CARDS = "unipin:{fleet}:replicas";
  private static final String SEEN = "unipin:{fleet}:seen";
  private static final long DAY_MS = Duration.ofDays(1).toMillis();

  @TempDir Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder.resolve("redis"));
    open.add(redis);
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  /** A replica, and the users whom it has erased. */
  private final class Member implements AutoCloseable {
    final Fleet fleet;
    final List<String> erased = new CopyOnWriteArrayList<>();
    final SortedMap<String, String> versions =
        new ConcurrentSkipListMap<>(Map.of("bundle", "one", "arms", "0a"));

    Member(String name, Duration patience) {
      fleet =
          Fleet.open(
              new FleetConfig(name, "", name.startsWith("pod"), LEASE, patience, Unreadable.WAIT),
              "host:1",
              redis.place(),
              0,
              null,
              Secrets.own(new byte[32]));
      open.add(this);
      fleet.enter(() -> new TreeMap<>(versions));
    }

    void follow(String name) {
      MadeErasures made =
          MadeErasures.open(folder.resolve(name + "-erasures.json"), new byte[] {1});
      fleet
          .erasures()
          .orElseThrow()
          .follow(
              new FleetErasures.Stores(
                  made, (user, timeMs) -> erased.add(user), log -> SharedErasures.NONE, false));
    }

    ErasureSpread.Answers erase(String user, long timeMs, boolean existed) {
      FleetErasures erasures = fleet.erasures().orElseThrow();
      erasures.announce(user, timeMs);
      return erasures.await(user, timeMs, existed);
    }

    @Override
    public void close() {
      fleet.close();
    }
  }

  private Member member(String name) {
    Member member = new Member(name, Duration.ofSeconds(20));
    member.follow(name);
    return member;
  }

  private static boolean sees(Member member, String name, Replica.State state) {
    return member.fleet.view().replicas().stream()
        .anyMatch(replica -> replica.name().equals(name) && replica.state() == state);
  }

  /** Makes a replica look as if it had ended some days ago without signing off. */
  private void lastSeen(String name, long daysAgo) {
    long then = System.currentTimeMillis() - daysAgo * DAY_MS - 60_000;
    redis.command("ZADD " + SEEN + " " + then + " " + name);
    redis.command(
        "HSET "
            + CARDS
            + " "
            + name
            + " '{\"format\":1,\"instance\":\"x\",\"address\":\"a\",\"startedMs\":1,\"later\":2}'");
  }

  @Test
  void view_showsWhoIsThereAndWhoDiffers() {
    Member one = member("one");
    Member two = member("two");
    Eventually.holds(() -> one.fleet.view().count(Replica.State.LIVE) == 2);
    assertThat(one.fleet.view().differing()).isEmpty();
    two.versions.put("bundle", "next");
    two.versions.put("bundle of x=a", "one");
    Eventually.holds(
        () ->
            one.fleet
                .view()
                .differing()
                .equals(
                    List.of(
                        "replica two differs: bundle next, here one, bundle of x=a one, here"
                            + " none")));
    two.close();
    Eventually.holds(() -> sees(one, "two", Replica.State.STOPPED));
    assertThat(one.fleet.view().differing()).isEmpty();
    lastSeen("crashed", 1);
    lastSeen("lost", 8);
    lastSeen("forgotten", 31);
    Eventually.holds(() -> sees(one, "crashed", Replica.State.AWAY));
    Eventually.holds(() -> sees(one, "lost", Replica.State.UNSEEN));
    Eventually.holds(
        () -> one.fleet.view().replicas().stream().noneMatch(r -> r.name().equals("forgotten")));
  }

  @Test
  void view_ofAReplicaWhoseDiskEndsWithIt_forgetsItOnceItStops() {
    Member one = member("one");
    Member pod = member("pod-1");
    Eventually.holds(() -> one.fleet.view().count(Replica.State.LIVE) == 2);
    pod.close();
    Eventually.holds(() -> one.fleet.view().replicas().size() == 1);
  }

  @Test
  void view_whileRedisIsAway_saysSoAndHealsByItself() {
    Member one = member("one");
    Eventually.holds(() -> one.fleet.view().reachable());
    redis.kill();
    Eventually.holds(() -> !one.fleet.view().reachable());
    redis.startAgain();
    Eventually.holds(() -> one.fleet.view().reachable());
    assertThat(one.fleet.view().count(Replica.State.LIVE)).isEqualTo(1);
  }

  private void use(String... options) {
    redis = RedisServer.start(folder.resolve("other-redis"), options);
    open.add(redis);
  }

  /** The erasures that a replica missed are applied as soon as it can read them. */
  @Test
  void enter_whileRedisIsAway_joinsAndErasesOnceItIsThere() {
    use("--appendonly", "yes");
    member("other").erase("gone", 100, true);
    redis.kill();
    Member one = member("one");
    assertThat(one.fleet.view().remarks())
        .containsExactly(
            "fleet: the register of replicas can't be read, and erasures can't be confirmed:"
                + " Redis was not reached yet");
    assertThat(one.fleet.erasures().orElseThrow().isRead()).isFalse();
    assertThatThrownBy(() -> one.fleet.erasures().orElseThrow().announce("next", 200))
        .isInstanceOfSatisfying(
            ServingException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    redis.startAgain();
    Eventually.holds(() -> one.erased.equals(List.of("gone")));
    Eventually.holds(() -> one.fleet.view().remarks().isEmpty());
    Eventually.holds(() -> one.fleet.erasures().orElseThrow().isRead());
    assertThat(one.fleet.view().count(Replica.State.LIVE)).isPositive();
    Member two = member("two");
    Eventually.holds(() -> sees(two, "one", Replica.State.LIVE));
  }

  /**
   * The log of erasures is not in Redis, so an erasure is written although the replicas are
   * unknown.
   */
  @Test
  void erasure_whileTheRegisterWasNeverRead_namesNobodyAndFails() {
    redis.kill();
    try (Fleet fleet =
        Fleet.open(
            new FleetConfig("one", "", false, LEASE, Duration.ofSeconds(1), Unreadable.WAIT),
            "host:1",
            redis.place(),
            0,
            new NoErasures(),
            Secrets.own(new byte[32]))) {
      fleet.enter(TreeMap::new);
      FleetErasures erasures = fleet.erasures().orElseThrow();
      erasures.announce("gone", 100);
      assertThatThrownBy(() -> erasures.await("gone", 100, true))
          .isInstanceOfSatisfying(
              ServingException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE))
          .hasMessageContaining("who they are can't be read now");
      redis.startAgain();
      Eventually.holds(() -> fleet.view().reachable());
      assertThat(erasures.await("gone", 100, true).confirmed()).containsExactly("one");
    }
  }

  /** Stands for Kafka's log of erasures. It accepts every erasure, and passes none to receivers. */
  private static final class NoErasures implements ErasureLog {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public void write(byte[] key, byte[] value) {}

    @Override
    public void readAll(Receiver receiver) {}

    @Override
    public boolean follow(Receiver receiver, Positions positions) {
      return true;
    }

    @Override
    public boolean isRead() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void open_redisThatEvicts_isRefused() {
    redis.command("CONFIG SET maxmemory-policy volatile-lru");
    assertThatThrownBy(() -> member("one"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "redis: a server with maxmemory-policy noeviction expected, got volatile-lru: it would"
                + " drop erasures and the register of replicas when it is full");
  }

  /** At the start Redis is unavailable, so its settings can be checked only later. */
  @Test
  void enter_laterWithARedisThatEvicts_staysOutUntilItIsSetRight() {
    use("--maxmemory-policy", "allkeys-lru");
    redis.kill();
    Member one = member("one");
    redis.startAgain();
    Eventually.holds(
        () ->
            !one.fleet.view().remarks().isEmpty()
                && (one.fleet.view().reachable()
                    || one.fleet.view().remarks().get(0).contains("got allkeys-lru")));
    assertThat(one.fleet.view().reachable()).isFalse();
    assertThat(redis.command("EXISTS " + CARDS)).isEqualTo(":0");
    redis.command("CONFIG SET maxmemory-policy noeviction");
    Eventually.holds(() -> one.fleet.view().remarks().isEmpty());
    assertThat(redis.command("EXISTS " + CARDS)).isEqualTo(":1");
  }

  @Test
  void enter_withANameThatALaterProcessHas_goesOnUnderAnotherOne() {
    Member first = member("same");
    Member second = member("same");
    Eventually.holds(() -> first.fleet.view().self().startsWith("same-"));
    assertThat(second.fleet.view().self()).isEqualTo("same");
    Eventually.holds(() -> second.fleet.view().count(Replica.State.LIVE) == 2);
  }

  @Test
  void erasure_reachesAllLiveReplicas_andNamesTheOthers() {
    Member one = new Member("one", Duration.ofSeconds(2));
    one.follow("one");
    Member two = member("two");
    Member three = member("three");
    assertThat(one.erase("gone", 100, false))
        .isEqualTo(
            new ErasureSpread.Answers(true, List.of("one", "three", "two"), List.of(), List.of()));
    assertThat(two.erased).containsExactly("gone");
    assertThat(three.erased).containsExactly("gone");
    assertThat(one.erased).isEmpty(); // the calling replica erases the user itself
    three.close();
    lastSeen("crashed", 1);
    lastSeen("lost", 8);
    assertThat(one.erase("next", 200, true))
        .isEqualTo(
            new ErasureSpread.Answers(
                true, List.of("one", "two"), List.of("crashed", "three"), List.of("lost")));
    // the stopped replica applies only the missed erasure at its next start
    Member again = member("three");
    assertThat(again.erased).containsExactly("next");
  }

  @Test
  void erasure_unseenAndStoppedReplicas_areNotAwaited() {
    Member one = member("one");
    lastSeen("lost", 8);
    member("two").close();
    long begin = System.nanoTime();
    assertThat(one.erase("gone", 100, false).unseen()).containsExactly("lost");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void erasures_areKeptOncePerUserInTheirOrder() {
    Member one = member("one");
    for (int i = 0; i < 1200; i++) {
      one.fleet.erasures().orElseThrow().announce("user" + i % 600, i);
    }
    List<String> read = new ArrayList<>();
    one.fleet.erasures().orElseThrow().apply((user, timeMs) -> read.add(user + " " + timeMs));
    assertThat(read).hasSize(600).startsWith("user0 600").endsWith("user599 1199");
  }
}
