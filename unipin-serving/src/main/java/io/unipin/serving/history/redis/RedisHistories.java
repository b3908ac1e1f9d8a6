package io.unipin.serving.history.redis;

import static io.unipin.serving.redis.RedisValues.bytes;
import static io.unipin.serving.redis.RedisValues.number;
import static io.unipin.serving.redis.RedisValues.text;

import io.unipin.serving.erasure.SharedErasures;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.EventPlace;
import io.unipin.serving.history.HeldHistories;
import io.unipin.serving.history.HeldHistories.Held;
import io.unipin.serving.history.HistoryArchive;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryConfig.WhenAway;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.HistoryReads;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.HistoryView;
import io.unipin.serving.history.KnownErasure;
import io.unipin.serving.history.LogRewrite;
import io.unipin.serving.history.RetractResult;
import io.unipin.serving.history.StoredRecord;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.redis.RedisBreaker;
import io.unipin.serving.redis.RedisConfig;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisSafety;
import io.unipin.serving.redis.RedisScript;
import io.unipin.serving.spans.EngineCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Histories in Redis, which several servers share. Every change is one script, so a change happens
 * as a whole or not at all. Reads go to the primary. A read transfers a history only if its
 * revision differs from the revision that this server holds.
 *
 * <p>While Redis is unavailable, calls fail with UNAVAILABLE. Pages then read the history that
 * {@link #view} returns. Thread-safe.
 */
public final class RedisHistories implements HistoryStore {
  private static final RedisScript CHANGE = RedisScript.of(RedisHistories.class, "change.lua");
  private static final RedisScript READ = RedisScript.of(RedisHistories.class, "read.lua");
  private static final RedisSafety.Content HOLDS =
      new RedisSafety.Content("histories", "recorded actions");
  private static final int READ_KEYS = 2;
  private static final String NO_REVISION = "";

  /** Name of the engine and label of reads in traces. */
  private static final String REDIS = "redis";

  private static final String MET = "unipin.history";

  private final HistoryConfig config;
  private final int waitReplicas;
  private final RedisConnections redis;
  private final HeldHistories held;
  private final RedisBreaker reads;
  private final RedisBreaker writes;
  private final LongAdder heldReads = new LongAdder();
  private final LongAdder fetched = new LongAdder();
  private final LongAdder stale = new LongAdder();
  private final LongAdder missing = new LongAdder();
  private final AtomicLong erasures = new AtomicLong();
  private final RedisArchive archive;
  private final RedisErasing erasing;
  private final LogRewrites rewrites;

  private RedisHistories(HistoryConfig config, int waitReplicas, RedisConnections redis) {
    this.config = config;
    this.waitReplicas = waitReplicas;
    this.redis = redis;
    this.reads = new RedisBreaker("history", redis.timeout());
    this.writes = new RedisBreaker("history (changes)", redis.timeout());
    this.held = new HeldHistories(config.held().bytes());
    this.archive = new RedisArchive(redis, this::write);
    this.erasing = new RedisErasing(redis, archive, this::write);
    this.rewrites = new LogRewrites(redis);
  }

  /**
   * Connects to Redis.
   *
   * @throws io.unipin.settings.ConfigException when Redis could evict histories
   */
  public static RedisHistories open(HistoryConfig config, RedisConfig redis) {
    RedisConnections connections = RedisConnections.open("history", redis.place());
    boolean opened = false;
    try {
      RedisSafety.require(connections, HOLDS);
      RedisHistories histories = new RedisHistories(config, redis.waitReplicas(), connections);
      opened = true;
      return histories;
    } finally {
      if (!opened) {
        connections.close();
      }
    }
  }

  @Override
  public boolean isRemote() {
    return true;
  }

  @Override
  public UserHistory read(String user) {
    return fetch(user, redis.timeout());
  }

  private UserHistory fetch(String user, Duration patience) {
    return EngineCalls.timed(
        REDIS, "history read", labels -> reads.call(() -> present(user, patience, labels)));
  }

  private UserHistory present(String user, Duration patience, Map<String, String> labels) {
    long erasuresBefore = erasures.get();
    byte[] key = HistoryKeys.user(user);
    Held known = held.get(key);
    byte[][] keys = Arrays.copyOf(RedisRecords.keys(key), READ_KEYS);
    byte[] revision = bytes(known == null ? NO_REVISION : known.revision());
    List<Object> answer = redis.run(READ, patience, keys, revision);
    if (answer.isEmpty()) {
      held.drop(key);
      labels.put(MET, "none");
      return UserHistory.EMPTY;
    }
    if (answer.size() == 1 && known != null) {
      heldReads.increment();
      labels.put(MET, "held");
      return known.history();
    }
    StoredRecord record =
        new StoredRecord(
            number(answer.get(1)),
            EventPlace.BEFORE_ALL,
            RedisRecords.kept((List<?>) answer.get(2)),
            Map.of(),
            Map.of(),
            List.of());
    UserHistory history = record.history(config.limit());
    held.put(key, new Held(text(answer.get(0)), history));
    if (erasures.get() != erasuresBefore) {
      held.drop(key); // the user may have been erased meanwhile
    }
    fetched.increment();
    labels.put(MET, "fetched");
    return history;
  }

  @Override
  public HistoryView view(String user, Duration patience) {
    try {
      return HistoryView.present(fetch(user, patience.dividedBy(2)));
    } catch (ServingException e) {
      if (e.kind() != FailureKind.UNAVAILABLE) {
        throw e;
      }
      Held known = held.get(HistoryKeys.user(user));
      if (known != null) {
        stale.increment();
        return HistoryView.stale(known.history());
      }
      if (config.whenAway() == WhenAway.EMPTY) {
        missing.increment();
        return HistoryView.missing();
      }
      throw e;
    }
  }

  @Override
  public Optional<AppendResult> append(String user, List<ActionEvent> events, KnownErasure known) {
    List<byte[]> values = RedisChange.recording(config.limit(), known, events);
    return change("history append", user, known, values).map(RedisChange::appended);
  }

  @Override
  public Optional<RetractResult> retract(
      String user, List<String> eventIds, long revision, KnownErasure known) {
    List<byte[]> values = RedisChange.retracting(config.limit(), known, eventIds, revision);
    return change("history retract", user, known, values).map(RedisChange::retracted);
  }

  /** Changes a history. Returns empty if the user was erased after {@code known}. */
  private Optional<List<Object>> change(
      String operation, String user, KnownErasure known, List<byte[]> values) {
    byte[][] keys = erasing.keys(HistoryKeys.user(user), known);
    List<Object> answer =
        EngineCalls.timed(
            REDIS, operation, labels -> write(CHANGE, keys, values.toArray(byte[][]::new)));
    return answer.isEmpty() ? Optional.empty() : Optional.of(answer);
  }

  private List<Object> write(RedisScript script, byte[][] keys, byte[]... values) {
    return writes.call(() -> redis.runReplicated(script, waitReplicas, keys, values));
  }

  @Override
  public KnownErasure erasure(String user) {
    return erasing.known(HistoryKeys.user(user));
  }

  @Override
  public boolean erase(String user, long timeMs) {
    return erase(user, timeMs, true);
  }

  private boolean erase(String user, long timeMs, boolean again) {
    byte[] key = HistoryKeys.user(user);
    held.drop(key); // even if Redis is unavailable, no page may show the erased actions
    boolean existed = erasing.erase(key, timeMs, again);
    erasures.incrementAndGet();
    held.drop(key);
    rewrites.request();
    return existed;
  }

  @Override
  public boolean eraseFor(String user, long timeMs) {
    byte[] key = HistoryKeys.user(user);
    boolean wasHeld = held.get(key) != null;
    erasures.incrementAndGet();
    held.drop(key);
    return eraseUnlessErased(user, timeMs) || wasHeld;
  }

  @Override
  public boolean eraseUnlessErased(String user, long timeMs) {
    OptionalLong marked = erasedMs(user);
    return (marked.isEmpty() || marked.getAsLong() < timeMs) && erase(user, timeMs, false);
  }

  @Override
  public SharedErasures sharedErasures(String log) {
    return new RedisErasurePoints(
        redis,
        this::write,
        log,
        (user, timeMs) -> erasedMs(user).orElse(KnownErasure.NEVER) >= timeMs);
  }

  @Override
  public LogRewrite rewriteLogs() {
    return rewrites.now();
  }

  @Override
  public List<UserHistory> sample(int count) {
    List<UserHistory> histories = new ArrayList<>();
    if (count > 0) {
      archive.forEachUntil(
          (key, record) -> {
            histories.add(record.history(config.limit()));
            return histories.size() < count;
          });
    }
    return histories;
  }

  @Override
  public HistoryArchive archive() {
    return archive;
  }

  @Override
  public HistoryReads reads() {
    return new HistoryReads(
        heldReads.sum(),
        fetched.sum(),
        stale.sum(),
        missing.sum(),
        reads.refused() + writes.refused());
  }

  @Override
  public List<Breaker> breakers() {
    return List.of(
        new Breaker("history_reads", reads.isOpen(), reads.opened(), reads.refused()),
        new Breaker("history_changes", writes.isOpen(), writes.opened(), writes.refused()));
  }

  @Override
  public void close() {
    rewrites.close();
    redis.close();
  }
}
