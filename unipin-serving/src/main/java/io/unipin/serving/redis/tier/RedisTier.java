package io.unipin.serving.redis.tier;

import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvSnapshot;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.tier.ChunkName;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.kvcache.tier.Id;
import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisPlace;
import io.unipin.serving.redis.RedisScript;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.serving.redis.RedisValues;
import io.unipin.serving.security.MacKeys;
import io.unipin.serving.threads.Recurring;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tier in Redis, which servers share. A server can read the rows (keys and values) that any other
 * server wrote if both servers have the same secret.
 *
 * <p>While Redis is unavailable or slow, requests encode their histories themselves. A read waits
 * for at most the configured time, and no longer than the request allows. A breaker refuses reads
 * while most of them fail.
 *
 * <p>A user may have rows of several models. If the rows of one model are not written again during
 * the time to live, they are removed. The removal happens when the user's rows of another model are
 * written next, or when all of the user's rows are removed.
 *
 * <p>An erasure leaves a mark. While the mark lasts, all writes for the user are refused. The mark
 * lasts longer than any server can hold rows from before the erasure.
 *
 * <p>{@link KvTier} says which threads may call which methods.
 */
public final class RedisTier implements KvTier {
  private static final Logger logger = LoggerFactory.getLogger(RedisTier.class);
  private static final RedisScript WRITE = RedisScript.of(RedisTier.class, "write.lua");
  private static final RedisScript ERASE =
      RedisScript.of(
          "redis.call('SET', KEYS[2], '1', 'PX', ARGV[1]) return {redis.call('DEL', KEYS[1])}");

  private static final Duration WATCHED = Duration.ofSeconds(2);
  private static final byte[] NOTHING = new byte[0];
  private static final long WRITTEN = 1;

  private final RedisTierConfig config;
  private final Parts parts;
  private final TierLink link;
  private final ModelSweep sweep;
  private final TierWatch watch;
  private final Recurring watching;
  private final BrokenEntries broken = new BrokenEntries();

  /**
   * The parts of the server that the tier uses.
   *
   * @param keys returns the current keys for names and signatures
   * @param shared the Redis that holds the histories and the register of replicas, if there is such
   *     a Redis
   * @param isErased whether a user was erased less than {@link #markLasts} ago
   * @param longestHeld longest time for which a server keeps rows in memory without using them
   * @param interval interval at which servers renew the marks of the models that they use
   * @param clock returns the time in milliseconds since 1970
   */
  public record Parts(
      Supplier<MacKeys> keys,
      Optional<RedisPlace> shared,
      Predicate<String> isErased,
      Duration longestHeld,
      Duration interval,
      LongSupplier clock) {}

  private RedisTier(RedisTierConfig config, Parts parts, TierLink link) {
    this.config = config;
    this.parts = parts;
    this.link = link;
    sweep = new ModelSweep(link, parts.interval());
    watch = new TierWatch(link);
    watching = Recurring.start("kv-tier-redis-watch", WATCHED, watch::look);
  }

  /**
   * Opens the tier. If Redis can't be reached, the tier holds nothing until Redis can be reached.
   *
   * @throws io.unipin.settings.ConfigException if this Redis is also the shared Redis
   */
  public static RedisTier open(RedisTierConfig config, Parts parts) {
    TierLink link = new TierLink(config, parts.shared());
    if (!link.connect()) {
      logger.warn(
          "cache.redis.uri: Redis can't be reached at {}; users are encoded until it can",
          config.uri());
    }
    return new RedisTier(config, parts, link);
  }

  /**
   * Returns the time for which the mark of an erasure lasts and writes for the user are refused.
   */
  public static Duration markLasts(RedisTierConfig config, Duration longestHeld) {
    return config.timeToLive().plus(longestHeld);
  }

  @Override
  public Optional<Held> find(KvKey key, KvLayout layout, TokenHashes hashes, long deadlineNanos)
      throws IOException {
    MacKeys keys = parts.keys().get();
    EntryName entry = TierKeys.entry(keys, key);
    if (sweep.isErased(entry.model())) {
      return Optional.empty();
    }
    RemoteChunks.Wanted wanted =
        new RemoteChunks.Wanted(layout, hashes.size(), deadlineNanos, config.timeout());
    byte @Nullable [] stored =
        link.read(
            redis -> redis.hget(TierKeys.user(entry.user()), TierKeys.index(entry.model())),
            wanted.patience());
    List<ChunkName> agreeing = index(entry, stored).agreeing(hashes, layout);
    RemoteChunks.Source source = new RemoteChunks.Source(link, keys, broken);
    return agreeing.isEmpty()
        ? Optional.empty()
        : Optional.of(new RemoteChunks(source, entry, agreeing, wanted));
  }

  private TierIndex index(EntryName entry, byte @Nullable [] stored) {
    try {
      return stored == null ? TierIndex.EMPTY : TierIndex.read(stored);
    } catch (MalformedBytesException e) {
      broken.failed(entry);
      return TierIndex.EMPTY;
    }
  }

  @Override
  public boolean isShared() {
    return true;
  }

  /**
   * Writes one chunk after the other, each together with the list of all chunks written so far. So
   * a reader always sees a complete prefix of the rows.
   */
  @Override
  public long write(KvSnapshot rows) throws IOException {
    if (parts.isErased().test(rows.key().user())) {
      return 0;
    }
    MacKeys keys = parts.keys().get();
    EntryName entry = TierKeys.entry(keys, rows.key());
    byte[] field = TierKeys.index(entry.model());
    sweep.using(entry.model());
    byte @Nullable [] stored =
        link.write(
            redis -> redis.ask(c -> c.hget(TierKeys.user(entry.user()), field), redis.timeout()));
    TierIndex index = index(entry, stored);
    ChunkWrites.Times times = new ChunkWrites.Times(parts.clock().getAsLong(), config.timeToLive());
    ChunkWrites writes = new ChunkWrites(entry, times, index, stored == null ? NOTHING : stored);
    List<ChunkName> missing = writes.begin(rows, broken.remove(entry));
    if (missing.isEmpty()) {
      link.write(redis -> run(redis, WRITE, entry.user(), writes.renewal()));
    }
    long bytes = 0;
    for (ChunkName chunk : missing) {
      byte[] sealed = SealedChunk.write(keys, entry, chunk, rows);
      byte[][] values = writes.next(chunk, sealed);
      if (link.write(redis -> run(redis, WRITE, entry.user(), values)) != WRITTEN) {
        break; // the user was erased, or another server writes the user's rows
      }
      bytes += sealed.length;
    }
    return bytes;
  }

  private static long run(RedisConnections redis, RedisScript script, Id user, byte[]... values) {
    byte[][] keys = {TierKeys.user(user), TierKeys.gone(user)};
    return (Long) redis.run(script, redis.timeout(), keys, values).get(0);
  }

  @Override
  public boolean eraseUser(String user) throws IOException {
    byte[] lasts = RedisValues.bytes(markLasts(config, parts.longestHeld()).toMillis());
    boolean existed = false;
    for (Id name : TierKeys.users(parts.keys().get(), user)) {
      existed |= link.use(redis -> run(redis, ERASE, name, lasts)) > 0;
    }
    watch.rewriteLogs();
    return existed;
  }

  @Override
  public void eraseFingerprint(String fingerprint) {
    sweep.erase(TierKeys.models(parts.keys().get(), fingerprint));
  }

  @Override
  public boolean upkeep() throws IOException {
    return link.isOpen() && sweep.step();
  }

  @Override
  public Space space() {
    return watch.space(broken.failures());
  }

  @Override
  public void close() {
    watching.close();
    link.close();
  }
}
