package io.unipin.serving.impressions;

import io.unipin.serving.disk.Batch;
import io.unipin.serving.disk.DiskDatabase;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The counts of impressions on the local disk. A change is written as a whole or not at all.
 * Confined to one thread.
 */
final class CountStore implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CountStore.class);

  /*
   * The keys, and the value of each:
   *
   * 'c', an item's id and the name of a surface: the number of impressions
   * 'g': the generation of the counts
   * 't': the topic that is counted; absent or empty if the server counts its own pages
   * 'p' and the number of a partition: the position up to which the partition was counted
   */
  private static final byte COUNT = 'c';
  private static final byte GENERATION = 'g';
  private static final byte TOPIC = 't';
  private static final byte PLACE = 'p';

  private final DiskDatabase database;
  private final String topic;

  /**
   * @param topic topic that is counted; empty if the server counts its own pages
   */
  CountStore(Path folder, String topic) {
    this.topic = topic;
    database = DiskDatabase.open(new DiskDatabase.Place("impressions", folder, false));
  }

  /**
   * The contents of a store, apart from its counts.
   *
   * @param generation generation of the counts; 0 for an empty store
   * @param places position up to which each partition of the topic was counted, by partition
   */
  record Held(long generation, Map<Integer, TopicPlace> places) {}

  /** Reads all counts from the disk into a table. */
  Held load(CountTable table) {
    return database.use(
        () -> {
          beginTopic();
          database.forEach(COUNT, (key, value) -> table.set(key(key), number(value)));
          byte[] generation = database.get(new byte[] {GENERATION});
          Map<Integer, TopicPlace> places = new HashMap<>();
          database.forEach(
              PLACE, (key, value) -> places.put(ByteBuffer.wrap(key).getInt(1), place(value)));
          return new Held(generation == null ? 0L : number(generation), places);
        });
  }

  /**
   * Prepares the store if the source of the counted pages has changed. A topic is counted from its
   * beginning. The earlier counts are then dropped, because their pages could count twice. If a
   * server that counted a topic changes to its own pages, it keeps the counts.
   */
  private void beginTopic() throws RocksDBException {
    byte[] held = database.get(new byte[] {TOPIC});
    String before = held == null ? "" : new String(held, StandardCharsets.UTF_8);
    if (before.equals(topic)) {
      return;
    }
    List<byte[]> gone = new ArrayList<>();
    database.forEach(PLACE, (key, value) -> gone.add(key));
    int places = gone.size();
    if (!topic.isEmpty()) {
      database.forEach(COUNT, (key, value) -> gone.add(key));
    }
    try (Batch batch = new Batch()) {
      for (byte[] key : gone) {
        batch.delete(key);
      }
      batch.put(new byte[] {TOPIC}, topic.getBytes(StandardCharsets.UTF_8));
      database.write(batch);
    }
    if (gone.size() > places) {
      logger.warn(
          "the topic {} is counted from its beginning; {} counts of impressions that came from {}"
              + " are dropped",
          topic,
          gone.size() - places,
          before.isEmpty() ? "this server's own pages" : "the topic " + before);
    }
  }

  /**
   * Writes changed counts, the positions up to which partitions were counted, and the generation. A
   * negative value removes a count.
   */
  void write(Map<CountTable.Key, Long> changed, Map<Integer, TopicPlace> places, long generation) {
    database.use(
        () -> {
          try (Batch batch = new Batch()) {
            for (Map.Entry<CountTable.Key, Long> change : changed.entrySet()) {
              byte[] key = bytes(change.getKey());
              if (change.getValue() < 0) {
                batch.delete(key);
              } else {
                batch.put(key, bytes(change.getValue()));
              }
            }
            for (Map.Entry<Integer, TopicPlace> place : places.entrySet()) {
              batch.put(bytes(place.getKey()), bytes(place.getValue()));
            }
            batch.put(new byte[] {GENERATION}, bytes(generation));
            database.write(batch);
          }
          return true;
        });
  }

  private static byte[] bytes(CountTable.Key key) {
    byte[] surface = key.surface().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + Long.BYTES + surface.length)
        .put(COUNT)
        .putLong(key.item())
        .put(surface)
        .array();
  }

  private static CountTable.Key key(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length < 1 + Long.BYTES) {
      throw malformed("a key of at least 9 bytes", bytes.length);
    }
    long item = buffer.getLong(1);
    int from = 1 + Long.BYTES;
    return new CountTable.Key(
        new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8), item);
  }

  private static byte[] bytes(int partition) {
    return ByteBuffer.allocate(1 + Integer.BYTES).put(PLACE).putInt(partition).array();
  }

  private static byte[] bytes(TopicPlace place) {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(place.from()).putLong(place.next()).array();
  }

  private static TopicPlace place(byte[] value) {
    if (value.length != 2 * Long.BYTES) {
      throw malformed("a value of 16 bytes", value.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(value);
    return new TopicPlace(buffer.getLong(), buffer.getLong());
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static long number(byte[] value) {
    if (value.length != Long.BYTES) {
      throw malformed("a value of 8 bytes", value.length);
    }
    return ByteBuffer.wrap(value).getLong();
  }

  private static ServingException malformed(String expected, int got) {
    return new ServingException(
        FailureKind.INTERNAL,
        "the impressions store: %s expected, got %s bytes".formatted(expected, got));
  }

  @Override
  public void close() {
    database.close();
  }
}
