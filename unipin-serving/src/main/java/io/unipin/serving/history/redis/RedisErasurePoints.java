package io.unipin.serving.history.redis;

import static io.unipin.serving.redis.RedisValues.bytes;
import static io.unipin.serving.redis.RedisValues.text;

import io.unipin.serving.erasure.ErasurePoint;
import io.unipin.serving.erasure.SharedErasures;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisScript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stores positions of a fleet's log of erasures. All erasures before these positions are applied to
 * the histories in Redis. The positions are stored in the Redis that holds the histories. So if
 * Redis loses the histories, it loses the positions, too. Thread-safe.
 */
final class RedisErasurePoints implements SharedErasures {
  /**
   * Key of a hash. A field is the name of the log, a slash and the partition. Its value holds the
   * position and the time as texts.
   */
  static final byte[] KEY = bytes("unipin:made");

  private static final RedisScript RAISE = RedisScript.of(RedisErasurePoints.class, "raise.lua");
  private static final RedisScript READ = RedisScript.of("return redis.call('HGETALL', KEYS[1])");
  private static final byte[][] KEYS = {KEY};

  private final RedisConnections redis;
  private final RedisArchive.Writer writer;
  private final String prefix;
  private final Marks marks;

  /** Tells whether an erasure is marked. */
  @FunctionalInterface
  interface Marks {
    boolean isMade(String user, long timeMs);
  }

  RedisErasurePoints(RedisConnections redis, RedisArchive.Writer writer, String log, Marks marks) {
    this.redis = redis;
    this.writer = writer;
    this.prefix = log + "/";
    this.marks = marks;
  }

  @Override
  public boolean isUsed() {
    return true;
  }

  @Override
  public boolean isMade(String user, long timeMs) {
    return marks.isMade(user, timeMs);
  }

  @Override
  public Map<String, ErasurePoint> points() {
    List<Object> answer = redis.run(READ, redis.timeout(), KEYS);
    Map<String, ErasurePoint> points = new HashMap<>();
    for (int i = 0; i < answer.size(); i += 2) {
      String name = text(answer.get(i));
      if (name.startsWith(prefix)) {
        String[] numbers = text(answer.get(i + 1)).split(" ", -1);
        points.put(
            name.substring(prefix.length()),
            new ErasurePoint(Long.parseLong(numbers[0]), Long.parseLong(numbers[1])));
      }
    }
    return points;
  }

  @Override
  public void raise(Map<String, ErasurePoint> points) {
    List<byte[]> values = new ArrayList<>();
    points.forEach(
        (part, point) -> {
          values.add(bytes(prefix + part));
          values.add(bytes(point.position()));
          values.add(bytes(point.lastMs()));
        });
    writer.run(RAISE, KEYS, values.toArray(byte[][]::new));
  }
}
