package io.unipin.serving.impressions;

import io.unipin.serving.disk.Batch;
import io.unipin.serving.disk.DiskDatabase;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** The counts on the local disk. A change is written as a whole or not at all. One thread. */
final class CountStore implements AutoCloseable {
  /*
   * 'c', an item's id and the name of a surface: the number of impressions
   * 'g': the generation of the counts
   */
  private static final byte COUNT = 'c';
  private static final byte GENERATION = 'g';

  private final DiskDatabase database;

  CountStore(Path folder) {
    database = DiskDatabase.open(new DiskDatabase.Place("impressions", folder, false));
  }

  /** Puts all counts into a table. Returns their generation; 0 for an empty store. */
  long load(CountTable table) {
    return database.use(
        () -> {
          database.forEach(COUNT, (key, value) -> table.set(key(key), number(value)));
          byte[] generation = database.get(new byte[] {GENERATION});
          return generation == null ? 0L : number(generation);
        });
  }

  /** Writes changed counts and their generation. A count below 0 removes the count. */
  void write(Map<CountTable.Key, Long> changed, long generation) {
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
