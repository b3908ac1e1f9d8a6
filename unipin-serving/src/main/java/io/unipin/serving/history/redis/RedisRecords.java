package io.unipin.serving.history.redis;

import static io.unipin.serving.redis.RedisValues.bytes;
import static io.unipin.serving.redis.RedisValues.text;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.history.EventPlace;
import io.unipin.serving.history.EventVersions;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.KeptEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.StoredRecord;
import io.unipin.serving.redis.RedisValues;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys and values of a user's history in Redis, in format 1. {@code change.lua} explains them.
 * Immutable.
 */
final class RedisRecords {
  private static final String PREFIX = "unipin:h:{";
  private static final List<String> KINDS = List.of("m", "k", "t", "d", "do", "w", "wo", "u");
  private static final int LINKED_BYTES = Long.BYTES;
  private static final int UNLINKED_BYTES = Long.BYTES + Integer.BYTES;
  private static final byte SPACE = ' ';

  /** A pattern for listing users. Exactly one of each user's keys matches this pattern. */
  static final String PATTERN = PREFIX + "*}:m";

  private RedisRecords() {}

  /**
   * Returns a user's keys in the order that the scripts expect. The braces put all keys of a user
   * into the same slot of a Redis cluster.
   *
   * @param key key of the user's record, from {@link HistoryKeys#user}
   */
  static byte[][] keys(byte[] key) {
    byte[] hash = Arrays.copyOfRange(key, 1, key.length);
    String tag = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + "}:";
    return KINDS.stream().map(kind -> bytes(tag + kind)).toArray(byte[][]::new);
  }

  /** Returns the key of a user's record, derived from the first of the user's keys in Redis. */
  static byte[] recordKey(byte[] redisKey) {
    String text = text(redisKey);
    String tag = text.substring(PREFIX.length(), text.indexOf('}'));
    byte[] hash = Base64.getUrlDecoder().decode(tag);
    return ByteBuffer.allocate(1 + hash.length).put(HistoryKeys.USER).put(hash).array();
  }

  static byte[] event(long id) {
    return ByteBuffer.allocate(LINKED_BYTES).putLong(id).array();
  }

  /**
   * Reads kept events from a list in which ids and values alternate. Returns the events in order of
   * their positions.
   */
  static List<KeptEvent> kept(List<?> entries) {
    ContentBytes contents = new ContentBytes();
    List<Kept> kept = new ArrayList<>(entries.size() / 2);
    for (int i = 0; i < entries.size(); i += 2) {
      kept.add(kept((byte[]) entries.get(i), (byte[]) entries.get(i + 1), contents));
    }
    kept.sort(Kept.ORDER);
    return kept.stream().map(Kept::event).toList();
  }

  /** A kept event and its number. The number orders unlinked events of equal time. */
  private record Kept(KeptEvent event, int number) {
    static final Comparator<Kept> ORDER =
        Comparator.comparing((Kept kept) -> kept.event().place()).thenComparingInt(Kept::number);
  }

  private static Kept kept(byte[] id, byte[] value, ContentBytes contents) {
    int one = space(value, 0);
    int two = space(value, one + 1);
    EventVersions versions = new EventVersions(number(value, 0, one), number(value, one + 1, two));
    byte[] content = Arrays.copyOfRange(value, two + 1, value.length);
    RecordedAction action =
        versions.hold()
            ? contents.read(content)
            : RecordedAction.unknown(ContentBytes.time(content));
    if (id.length == UNLINKED_BYTES) {
      int number = ByteBuffer.wrap(id, LINKED_BYTES, Integer.BYTES).getInt();
      return new Kept(KeptEvent.unlinked(action), number);
    }
    return new Kept(KeptEvent.of(ByteBuffer.wrap(id).getLong(), versions, action), 0);
  }

  private static int space(byte[] value, int from) {
    for (int i = from; i < value.length; i++) {
      if (value[i] == SPACE) {
        return i;
      }
    }
    throw new MalformedBytesException("a space expected in an event's value, got none");
  }

  private static long number(byte[] value, int from, int to) {
    return Long.parseLong(new String(value, from, to - from, StandardCharsets.US_ASCII));
  }

  /** Reads a non-empty answer of {@code export.lua}. */
  static StoredRecord record(List<?> answer) {
    Object time = answer.get(1);
    EventPlace floor =
        time == null
            ? EventPlace.BEFORE_ALL
            : new EventPlace(
                RedisValues.number(time), ByteBuffer.wrap((byte[]) answer.get(2)).getLong());
    Map<Long, EventVersions> dropped = new LinkedHashMap<>();
    Map<Long, byte[]> versions = byId((List<?>) answer.get(5));
    for (long id : ids((List<?>) answer.get(4))) {
      byte[] value = versions.get(id);
      if (value != null) {
        int space = space(value, 0);
        dropped.put(
            id, new EventVersions(number(value, 0, space), number(value, space + 1, value.length)));
      }
    }
    Map<Long, Long> waiting = new LinkedHashMap<>();
    Map<Long, byte[]> revisions = byId((List<?>) answer.get(7));
    for (long id : ids((List<?>) answer.get(6))) {
      byte[] value = revisions.get(id);
      if (value != null) {
        waiting.put(id, number(value, 0, value.length));
      }
    }
    return new StoredRecord(
        RedisValues.number(answer.get(0)),
        floor,
        kept((List<?>) answer.get(3)),
        dropped,
        waiting,
        ids((List<?>) answer.get(8)));
  }

  private static List<Long> ids(List<?> events) {
    return events.stream().map(id -> ByteBuffer.wrap((byte[]) id).getLong()).toList();
  }

  private static Map<Long, byte[]> byId(List<?> entries) {
    Map<Long, byte[]> values = new HashMap<>();
    for (int i = 0; i < entries.size(); i += 2) {
      values.put(ByteBuffer.wrap((byte[]) entries.get(i)).getLong(), (byte[]) entries.get(i + 1));
    }
    return values;
  }

  /** Returns the arguments with which {@code import.lua} stores a record. */
  static byte[][] values(StoredRecord record) {
    List<byte[]> out = new ArrayList<>();
    boolean hasFloor = !record.floor().equals(EventPlace.BEFORE_ALL);
    long loose = record.kept().stream().filter(event -> !event.isLinked()).count();
    out.add(bytes(record.older()));
    out.add(hasFloor ? bytes(record.floor().timeMs()) : new byte[0]);
    out.add(hasFloor ? event(record.floor().event()) : new byte[0]);
    out.add(bytes(loose));
    out.add(bytes(record.kept().size()));
    out.add(bytes(record.dropped().size()));
    out.add(bytes(record.waiting().size()));
    out.add(bytes(record.unlinked().size()));
    int number = 0;
    for (KeptEvent kept : record.kept()) {
      out.add(
          kept.isLinked()
              ? event(kept.event())
              : ByteBuffer.allocate(UNLINKED_BYTES).putLong(0).putInt(number++).array());
      out.add(bytes(kept.action().timeMs()));
      out.add(value(kept));
    }
    record
        .dropped()
        .forEach(
            (id, versions) -> {
              out.add(event(id));
              out.add(bytes(versions.recorded() + " " + versions.retracted()));
            });
    record
        .waiting()
        .forEach(
            (id, revision) -> {
              out.add(event(id));
              out.add(bytes(revision));
            });
    record.unlinked().forEach(id -> out.add(event(id)));
    return out.toArray(byte[][]::new);
  }

  private static byte[] value(KeptEvent kept) {
    byte[] versions = bytes(kept.versions().recorded() + " " + kept.versions().retracted() + " ");
    byte[] content =
        kept.counts()
            ? ContentBytes.write(kept.action())
            : ContentBytes.writeTime(kept.action().timeMs());
    return ByteBuffer.allocate(versions.length + content.length).put(versions).put(content).array();
  }
}
