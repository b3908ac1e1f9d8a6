package io.unipin.serving.disk;

import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Changes of a database that are made together: either all of them or none. Not thread-safe. */
public final class Batch implements AutoCloseable {
  private final WriteBatch changes = new WriteBatch();

  public Batch put(byte[] key, byte[] value) throws RocksDBException {
    changes.put(key, value);
    return this;
  }

  /**
   * Deletes one key and its value. The bytes of the key and the value leave the disk at some later
   * time.
   */
  public Batch delete(byte[] key) throws RocksDBException {
    changes.delete(key);
    return this;
  }

  /**
   * Deletes one key and its value. {@link DiskDatabase#rewrite} can then remove their bytes from
   * the disk.
   *
   * @param next smallest key after {@code key}
   */
  public Batch erase(byte[] key, byte[] next) throws RocksDBException {
    changes.deleteRange(key, next);
    return this;
  }

  WriteBatch changes() {
    return changes;
  }

  @Override
  public void close() {
    changes.close();
  }
}
