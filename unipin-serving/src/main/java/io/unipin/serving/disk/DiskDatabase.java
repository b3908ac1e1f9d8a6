package io.unipin.serving.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteOptions;

/**
 * A key-value database on the local disk. It handles opening, closing, failures and erasure.
 * Thread-safe.
 */
public final class DiskDatabase implements AutoCloseable {
  /**
   * Size in bytes of each of RocksDB's two write buffers in memory. With small buffers, the process
   * reaches its final size soon after the start.
   */
  private static final long WRITE_BUFFER_BYTES = 8 << 20;

  /*
   * RocksDB keeps its files in levels. An erasure rewrites the whole first level, because the keys
   * of each flush fall into the ranges of all files of this level. In each further level the
   * erasure rewrites only the files around one key.
   *
   * The files are small, so that the time of an erasure does not grow with the size of the store.
   */
  private static final long FIRST_LEVEL_BYTES = 8 << 20;
  private static final long FILE_BYTES = 2 << 20;

  /** This limit is high, because a store has many small files. */
  private static final int MAX_OPEN_FILES = 1024;

  private final String store;
  private final Options options;
  private final WriteOptions writeOptions;
  private final RocksDB database;

  /** Calls hold the read lock while they use the database. {@link #close} holds the write lock. */
  private final ReadWriteLock life = new ReentrantReadWriteLock();

  @GuardedBy("life")
  private boolean closed;

  private DiskDatabase(String store, Options options, WriteOptions writeOptions, RocksDB database) {
    this.store = store;
    this.options = options;
    this.writeOptions = writeOptions;
    this.database = database;
  }

  /**
   * Where a database lies and how it writes to the disk.
   *
   * @param store name of the store, such as {@code history}, which messages mention
   * @param folder folder of the database; in messages the name of its setting is {@code store} with
   *     {@code .folder} added, such as {@code history.folder}
   * @param syncWrites whether every write waits until the data is on the disk, so that the data
   *     survives a loss of power
   */
  public record Place(String store, Path folder, boolean syncWrites) {}

  /** Opens the database, or creates an empty one. */
  public static DiskDatabase open(Place place) {
    RocksDB.loadLibrary();
    Options options =
        new Options()
            .setCreateIfMissing(true)
            .setKeepLogFileNum(4)
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setMaxBytesForLevelBase(FIRST_LEVEL_BYTES)
            .setTargetFileSizeBase(FILE_BYTES)
            .setMaxOpenFiles(MAX_OPEN_FILES);
    DiskDatabase opened = null;
    try {
      Files.createDirectories(place.folder());
      RocksDB database = RocksDB.open(options, place.folder().toString());
      opened =
          new DiskDatabase(
              place.store(), options, new WriteOptions().setSync(place.syncWrites()), database);
      return opened;
    } catch (IOException | RocksDBException e) {
      boolean locked = String.valueOf(e.getMessage()).contains("LOCK");
      throw new ServingException(
          FailureKind.UNAVAILABLE,
          locked
              ? place.store()
                  + ".folder: a folder that no other server uses expected, got "
                  + place.folder()
              : "the " + place.store() + " store can't be opened: " + e.getMessage(),
          e);
    } finally {
      if (opened == null) {
        options.close();
      }
    }
  }

  /**
   * Opens an existing database for reading only, in its current state. A server may write to the
   * database meanwhile, but the reader does not see these writes.
   */
  public static DiskDatabase openForReading(Place place) {
    RocksDB.loadLibrary();
    Options options = new Options().setMaxOpenFiles(MAX_OPEN_FILES);
    DiskDatabase opened = null;
    try {
      opened =
          new DiskDatabase(
              place.store(),
              options,
              new WriteOptions(),
              RocksDB.openReadOnly(options, place.folder().toString()));
      return opened;
    } catch (RocksDBException e) {
      throw new ServingException(
          FailureKind.UNAVAILABLE,
          "the " + place.store() + " store can't be opened: " + e.getMessage(),
          e);
    } finally {
      if (opened == null) {
        options.close();
      }
    }
  }

  /** A short sequence of reads and writes on an open database. */
  @FunctionalInterface
  public interface Call<T extends @Nullable Object> {
    T run() throws RocksDBException;
  }

  /**
   * Runs a call on the open database. Throws if the database is closed. {@link #close} waits for
   * running calls.
   */
  public <T extends @Nullable Object> T use(Call<T> call) {
    life.readLock().lock();
    try {
      if (closed) {
        throw new ServingException(FailureKind.UNAVAILABLE, "the " + store + " store is closed");
      }
      return call.run();
    } catch (RocksDBException e) {
      throw failure(store, e);
    } finally {
      life.readLock().unlock();
    }
  }

  /**
   * Converts a database error. A full disk is no bug of the server. The failure becomes
   * UNAVAILABLE, because writes work again once there is room.
   */
  static ServingException failure(String store, RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getSubCode() == Status.SubCode.NoSpace
        ? new ServingException(FailureKind.UNAVAILABLE, "the " + store + " store's disk is full", e)
        : new ServingException(FailureKind.INTERNAL, "the " + store + " store failed", e);
  }

  public byte @Nullable [] get(byte[] key) throws RocksDBException {
    return database.get(key);
  }

  public void put(byte[] key, byte[] value) throws RocksDBException {
    database.put(writeOptions, key, value);
  }

  /** Deletes one key and its value. {@link #rewrite} can then remove their bytes from the disk. */
  public void delete(byte[] key, byte[] next) throws RocksDBException {
    database.deleteRange(writeOptions, key, next);
  }

  /** Makes all changes of a batch, or throws and makes none. */
  public void write(Batch batch) throws RocksDBException {
    database.write(writeOptions, batch.changes());
  }

  /**
   * Removes the bytes of deleted keys in a range from the disk. This is slow, but other calls can
   * read and write meanwhile.
   */
  public void rewrite(byte[] key, byte[] next) throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true);
        CompactRangeOptions compact =
            new CompactRangeOptions()
                .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)) {
      database.flush(flush); // also deletes the write-ahead log
      database.compactRange(database.getDefaultColumnFamily(), key, next, compact);
    }
  }

  /**
   * Returns the values of the first {@code count} keys that begin with the prefix byte, in key
   * order. There may be fewer such keys.
   */
  public List<byte[]> values(byte prefix, int count) throws RocksDBException {
    List<byte[]> values = new ArrayList<>();
    try (RocksIterator iterator = database.newIterator()) {
      iterator.seek(new byte[] {prefix});
      while (values.size() < count && iterator.isValid() && iterator.key()[0] == prefix) {
        values.add(iterator.value());
        iterator.next();
      }
      iterator.status();
    }
    return values;
  }

  /** A receiver of keys with their values. */
  @FunctionalInterface
  public interface Receiver {
    void take(byte[] key, byte[] value);
  }

  /**
   * Passes each key that begins with the prefix byte, and the key's value, to a receiver, in key
   * order.
   */
  public void forEach(byte prefix, Receiver receiver) throws RocksDBException {
    try (RocksIterator iterator = database.newIterator()) {
      iterator.seek(new byte[] {prefix});
      while (iterator.isValid() && iterator.key()[0] == prefix) {
        receiver.take(iterator.key(), iterator.value());
        iterator.next();
      }
      iterator.status();
    }
  }

  /**
   * Returns all values whose keys begin with the prefix byte. The values are texts, in key order.
   */
  public List<String> texts(byte prefix) {
    return use(
        () ->
            values(prefix, Integer.MAX_VALUE).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList());
  }

  /** Waits for running calls and closes the database. Idempotent. */
  @Override
  public void close() {
    life.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        database.close();
        writeOptions.close();
        options.close();
      }
    } finally {
      life.writeLock().unlock();
    }
  }
}
