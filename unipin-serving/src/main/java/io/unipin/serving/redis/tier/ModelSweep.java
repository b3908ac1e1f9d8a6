package io.unipin.serving.redis.tier;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.SetArgs;
import io.unipin.kvcache.tier.Id;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisScript;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Removes the rows of models that this server no longer serves. Waits until no other server writes
 * rows of such a model. A server that writes rows of a model leaves a mark in Redis that lasts for
 * a while.
 *
 * <p>Any thread may call {@link #isErased}. Only one thread may call the other methods.
 */
final class ModelSweep {
  private static final RedisScript REMOVE =
      RedisScript.of(
          """
          local gone = {}
          for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
            if string.sub(field, 1, #ARGV[1]) == ARGV[1] then gone[#gone + 1] = field end
          end
          if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end
          return {#gone}
          """);

  private static final int SCANNED = 500;

  /** A mark lasts this many times as long as the interval at which it is renewed. */
  private static final int MARK_INTERVALS = 4;

  private final TierLink link;
  private final Duration interval;

  /** The models to remove, each with the time from which the next step for it may begin. */
  private final Map<Id, Long> erased = new ConcurrentHashMap<>();

  /** The times at which this server marked models as used. */
  private final Map<Id, Long> marked = new ConcurrentHashMap<>();

  private @Nullable KeyScanCursor<byte[]> cursor;
  private @Nullable Id swept;

  /** @param interval interval at which servers renew the mark of a model that they use */
  ModelSweep(TierLink link, Duration interval) {
    this.link = link;
    this.interval = interval;
  }

  /** Whether this server no longer serves a model, and the model's rows are to be removed. */
  boolean isErased(Id model) {
    return erased.containsKey(model);
  }

  void erase(List<Id> models) {
    for (Id model : models) {
      erased.put(model, System.nanoTime());
      marked.remove(model);
    }
  }

  /** Notes that this server writes rows of a model. */
  void using(Id model) throws IOException {
    erased.remove(model);
    Long last = marked.get(model);
    long now = System.nanoTime();
    if (last != null && now - last < interval.toNanos()) {
      return;
    }
    SetArgs lasting = SetArgs.Builder.px(interval.multipliedBy(MARK_INTERVALS).toMillis());
    link.write(
        redis ->
            redis.ask(
                commands -> commands.set(TierKeys.used(model), new byte[] {'1'}, lasting),
                redis.timeout()));
    marked.put(model, now);
  }

  /** Does one step of the removal. Returns whether a step can follow at once. */
  boolean step() throws IOException {
    Id model = next();
    if (model == null) {
      return false;
    }
    if (link.use(redis -> redis.ask(c -> c.exists(TierKeys.used(model)), redis.timeout())) > 0) {
      erased.computeIfPresent(model, (same, time) -> System.nanoTime() + interval.toNanos());
      cursor = null;
      return false;
    }
    boolean more = link.use(redis -> scan(redis, model));
    if (!more) {
      erased.remove(model);
      cursor = null;
    }
    return more || !erased.isEmpty();
  }

  private @Nullable Id next() {
    long now = System.nanoTime();
    for (Map.Entry<Id, Long> one : erased.entrySet()) {
      if (now - one.getValue() >= 0) {
        if (!one.getKey().equals(swept)) {
          cursor = null;
          swept = one.getKey();
        }
        return one.getKey();
      }
    }
    return null;
  }

  /** Removes the model from some users. Returns whether there are more users. */
  private boolean scan(RedisConnections redis, Id model) {
    ScanArgs users = ScanArgs.Builder.matches(TierKeys.USERS).limit(SCANNED);
    KeyScanCursor<byte[]> last = cursor;
    KeyScanCursor<byte[]> found =
        redis.ask(
            commands -> last == null ? commands.scan(users) : commands.scan(last, users),
            redis.timeout());
    byte[] prefix = TierKeys.prefix(model);
    for (byte[] user : found.getKeys()) {
      redis.run(REMOVE, redis.timeout(), new byte[][] {user}, prefix);
    }
    cursor = found;
    return !found.isFinished();
  }
}
