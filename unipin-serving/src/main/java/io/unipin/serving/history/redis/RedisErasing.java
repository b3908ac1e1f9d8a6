package io.unipin.serving.history.redis;

import static io.unipin.serving.redis.RedisValues.bytes;
import static io.unipin.serving.redis.RedisValues.number;
import static io.unipin.serving.redis.RedisValues.text;

import io.unipin.serving.history.ErasureMark;
import io.unipin.serving.history.KnownErasure;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisScript;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Erases histories in Redis. Refuses a change that was checked before an erasure but arrives after
 * the erasure. Thread-safe.
 */
final class RedisErasing {
  /*
   * The mark of an erasure stays for ever, so its key must reveal nothing about the user. Such a
   * key is in another slot than the history's key, and no script can use both. A second key, the
   * fence, lies in the slot of the history for some minutes. One script deletes the history and
   * sets the fence. The script that changes a history looks at the fence, and refuses a change
   * whose caller does not know of the erasure. It also refuses a caller that asked for the last
   * erasure so long ago that the fence may have expired.
   *
   * The mark is written last, so an erasure with a mark is complete. If the mark is missing, a
   * replica repeats the erasure.
   */
  private static final RedisScript ERASE = RedisScript.of(RedisErasing.class, "erase.lua");
  private static final RedisScript ASK = RedisScript.of(RedisErasing.class, "ask.lua");
  private static final String FENCE = "unipin:fence:{";

  /** Time for which a fence stays. */
  private static final Duration FENCED = Duration.ofMinutes(10);

  /** Time after which a caller must ask for the last erasure again. */
  private static final Duration KNOWN = Duration.ofMinutes(5);

  private final RedisConnections redis;
  private final RedisArchive archive;
  private final RedisArchive.Writer writer;

  RedisErasing(RedisConnections redis, RedisArchive archive, RedisArchive.Writer writer) {
    this.redis = redis;
    this.archive = archive;
    this.writer = writer;
  }

  /**
   * Erases a history.
   *
   * @param key key of the user's record
   * @param again whether to delete the history even if this erasure was already applied a moment
   *     ago. If so, actions that were recorded since that moment are lost
   * @return whether there was a history
   */
  boolean erase(byte[] key, long timeMs, boolean again) {
    ErasureMark mark = archive.markOf(key, timeMs);
    List<Object> answer =
        writer.run(
            ERASE,
            fenced(key, mark),
            bytes(timeMs),
            bytes(FENCED.toMillis()),
            bytes(again ? 1 : 0));
    archive.mark(mark);
    return number(answer.get(0)) > 0;
  }

  /** Returns the last erasure of a user, even if the erasure has no mark yet. */
  KnownErasure known(byte[] key) {
    ErasureMark mark = archive.markOf(key, 0);
    List<Object> answer =
        redis.run(ASK, redis.timeout(), new byte[][] {fence(RedisRecords.keys(key)[0], mark)});
    OptionalLong marked = archive.markedMs(mark);
    String made = text(answer.get(0));
    long fenced = made.isEmpty() ? KnownErasure.NEVER : Long.parseLong(made);
    return new KnownErasure(
        Math.max(fenced, marked.orElse(KnownErasure.NEVER)), number(answer.get(1)));
  }

  /** Returns the keys for a change of a history. */
  byte[][] keys(byte[] key, KnownErasure known) {
    return known.isAny() ? RedisRecords.keys(key) : fenced(key, archive.markOf(key, 0));
  }

  /** Returns the latest time at which a change may be made, by the clock of Redis. */
  static long dueMs(KnownErasure known) {
    return known.askedMs() + KNOWN.toMillis();
  }

  /** Returns the keys of a history and the key of its fence. All of them lie in one slot. */
  private static byte[][] fenced(byte[] key, ErasureMark mark) {
    byte[][] keys = RedisRecords.keys(key);
    byte[][] all = Arrays.copyOf(keys, keys.length + 1);
    all[keys.length] = fence(keys[0], mark);
    return all;
  }

  private static byte[] fence(byte[] beside, ErasureMark mark) {
    return bytes(FENCE + SlotTags.beside(beside) + "}:" + mark.text());
  }
}
