package io.unipin.serving.history.redis;

import static io.unipin.serving.redis.RedisValues.bytes;
import static io.unipin.serving.redis.RedisValues.number;
import static io.unipin.serving.redis.RedisValues.text;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.SetArgs;
import io.unipin.serving.history.ErasureMark;
import io.unipin.serving.history.HistoryArchive;
import io.unipin.serving.history.StoredRecord;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisScript;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The records, marks and secret of the history store in Redis. Thread-safe. */
final class RedisArchive implements HistoryArchive {
  private static final RedisScript EXPORT = RedisScript.of(RedisArchive.class, "export.lua");
  private static final RedisScript IMPORT = RedisScript.of(RedisArchive.class, "import.lua");
  private static final RedisScript DELETE =
      RedisScript.of("return {redis.call('DEL', unpack(KEYS))}");
  private static final RedisScript MARK =
      RedisScript.of(
          "if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[1]) or '-1') then "
              + "redis.call('SET', KEYS[1], ARGV[1]) end return {}");

  private static final byte[] SECRET = bytes("unipin:secret");
  private static final String MARKS = "unipin:gone:";
  private static final int SCANNED = 1000;

  /**
   * Time limit of each call. It is longer than the limit of a server's calls, because a copy also
   * reads long histories.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final RedisConnections redis;
  private final Writer writer;
  private volatile byte @Nullable [] secret;

  /** Runs scripts that change histories. */
  @FunctionalInterface
  interface Writer {
    List<Object> run(RedisScript script, byte[][] keys, byte[]... values);
  }

  RedisArchive(RedisConnections redis, Writer writer) {
    this.redis = redis;
    this.writer = writer;
  }

  /** Passes keys to a receiver until the receiver returns false. A key may come twice. */
  private void scan(String pattern, Predicate<byte[]> receiver) {
    ScanArgs args = ScanArgs.Builder.matches(pattern).limit(SCANNED);
    KeyScanCursor<byte[]> cursor = redis.await(redis.commands().scan(args));
    while (true) {
      for (byte[] key : cursor.getKeys()) {
        if (!receiver.test(key)) {
          return;
        }
      }
      if (cursor.isFinished()) {
        return;
      }
      cursor = redis.await(redis.commands().scan(cursor, args));
    }
  }

  @Override
  public void forEach(Receiver receiver) {
    forEachUntil(
        (key, record) -> {
          receiver.take(key, record);
          return true;
        });
  }

  /** A receiver of records that can end the listing by returning false. */
  @FunctionalInterface
  interface Listing {
    boolean take(byte[] key, StoredRecord record);
  }

  /** Passes records to a receiver until the receiver returns false. */
  void forEachUntil(Listing listing) {
    scan(
        RedisRecords.PATTERN,
        redisKey -> {
          byte[] key = RedisRecords.recordKey(redisKey);
          Optional<StoredRecord> record = export(key);
          return record.isEmpty() || listing.take(key, record.get());
        });
  }

  private Optional<StoredRecord> export(byte[] key) {
    List<Object> answer = redis.run(EXPORT, PATIENCE, RedisRecords.keys(key));
    return answer.isEmpty() ? Optional.empty() : Optional.of(RedisRecords.record(answer));
  }

  @Override
  public void replace(byte[] key, StoredRecord record) {
    writer.run(IMPORT, RedisRecords.keys(key), RedisRecords.values(record));
  }

  @Override
  public boolean forget(byte[] key) {
    return number(writer.run(DELETE, RedisRecords.keys(key)).get(0)) > 0;
  }

  @Override
  public boolean isEmpty() {
    boolean[] empty = {true};
    scan(
        RedisRecords.PATTERN,
        key -> {
          empty[0] = false;
          return false;
        });
    return empty[0];
  }

  @Override
  public List<ErasureMark> marks() {
    List<ErasureMark> marks = new ArrayList<>();
    scan(
        MARKS + "*",
        key -> {
          byte[] time = redis.await(redis.commands().get(key));
          if (time != null) {
            marks.add(ErasureMark.ofText(text(key).substring(MARKS.length()), number(time)));
          }
          return true;
        });
    return marks;
  }

  @Override
  public void mark(ErasureMark mark) {
    writer.run(MARK, new byte[][] {markKey(mark)}, bytes(mark.timeMs()));
  }

  @Override
  public OptionalLong markedMs(ErasureMark mark) {
    byte[] time = redis.await(redis.commands().get(markKey(mark)));
    return time == null ? OptionalLong.empty() : OptionalLong.of(number(time));
  }

  @Override
  public void forgetErasurePoints() {
    redis.await(redis.commands().del(RedisErasurePoints.KEY));
  }

  private static byte[] markKey(ErasureMark mark) {
    return bytes(MARKS + mark.text());
  }

  /** The first server creates the secret. Every later server finds this secret. */
  @Override
  public byte[] secret() {
    byte[] known = secret;
    if (known == null) {
      byte[] fresh = HistoryArchive.freshSecret();
      redis.await(redis.commands().set(SECRET, encode(fresh), SetArgs.Builder.nx()));
      byte[] stored = redis.await(redis.commands().get(SECRET));
      known = Base64.getDecoder().decode(new String(stored, StandardCharsets.US_ASCII));
      secret = known;
    }
    return known.clone();
  }

  private static byte[] encode(byte[] secret) {
    return bytes(Base64.getEncoder().encodeToString(secret));
  }

  @Override
  public void adopt(byte[] other) {
    redis.await(redis.commands().set(SECRET, encode(other)));
    secret = other.clone();
  }
}
