package io.unipin.serving.items;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.disk.Batch;
import io.unipin.serving.disk.DiskDatabase;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.rocksdb.RocksDBException;

/**
 * Removes the bytes of deleted records from the disk, in the background and for many records
 * together.
 *
 * <p>For each such record, a note with its key is stored until its bytes are removed. So a server
 * that is killed continues the work after its next start. Thread-safe.
 */
final class Wiping {
  private static final byte UNWIPED = 'w';

  /**
   * Largest number of keys for which each key gets its own pass over the disk. If there are more
   * keys, one pass over all keys costs less.
   */
  private static final int SINGLY = 16;

  private final DiskDatabase database;

  /**
   * The keys of deleted records whose bytes may still be on the disk. The value of a key is the
   * number of its deletion.
   */
  @GuardedBy("this")
  private final SortedMap<byte[], Long> waiting = new TreeMap<>(Arrays::compareUnsigned);

  @GuardedBy("this")
  private long deletions;

  Wiping(DiskDatabase database) {
    this.database = database;
    List<byte[]> left = new ArrayList<>();
    database.use(
        () -> {
          database.forEach(
              UNWIPED, (key, unused) -> left.add(Arrays.copyOfRange(key, 1, key.length)));
          return true;
        });
    for (byte[] key : left) {
      waiting.put(key, ++deletions);
    }
  }

  /** Runs a write that deletes the records with these keys and stores their notes. */
  synchronized void delete(List<byte[]> keys, Runnable write) {
    write.run();
    for (byte[] key : keys) {
      waiting.put(key, ++deletions);
    }
  }

  /** Adds the note of a deletion to the batch that deletes the record. */
  void note(Batch batch, byte[] key) throws RocksDBException {
    batch.put(noteOf(key), new byte[0]);
  }

  private static byte[] noteOf(byte[] key) {
    return ByteBuffer.allocate(1 + key.length).put(UNWIPED).put(key).array();
  }

  private synchronized SortedMap<byte[], Long> taken() {
    SortedMap<byte[], Long> copy = new TreeMap<>(waiting.comparator());
    copy.putAll(waiting);
    return copy;
  }

  /** Rewrites the files that hold noted records. Does nothing if there are no notes. */
  void run() {
    SortedMap<byte[], Long> wiped = taken();
    if (wiped.isEmpty()) {
      return;
    }
    if (wiped.size() > SINGLY) {
      rewrite(wiped.firstKey(), wiped.lastKey());
    } else {
      wiped.keySet().forEach(key -> rewrite(key, key));
    }
    forget(wiped);
  }

  private void rewrite(byte[] first, byte[] last) {
    database.use(
        () -> {
          database.rewrite(first, ItemStore.after(last));
          return true;
        });
  }

  /** Deletes the notes of records, except for records that were deleted again meanwhile. */
  private synchronized void forget(SortedMap<byte[], Long> wiped) {
    List<byte[]> done = new ArrayList<>();
    for (Map.Entry<byte[], Long> entry : wiped.entrySet()) {
      if (entry.getValue().equals(waiting.get(entry.getKey()))) {
        done.add(entry.getKey());
      }
    }
    database.use(
        () -> {
          try (Batch batch = new Batch()) {
            for (byte[] key : done) {
              batch.delete(noteOf(key));
            }
            database.write(batch);
            return true;
          }
        });
    for (byte[] key : done) {
      waiting.remove(key);
    }
  }
}
