package io.unipin.serving.history;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
 * The key-value store on disk under the history. It handles opening, closing, failures and erasure.
 * Thread-safe.
 */
final class HistoryDatabase implements AutoCloseable {
  /**
   * Size of each of the two buffers in memory. Small buffers let the process reach its final size
   * soon after the start.
   */
  private static final long WRITE_BUFFER_BYTES = 8 << 20;

  /*
   * An erasure rewrites the whole first level, because every flush overlaps it. In each further
   * level it rewrites the files around one key.
   *
   * With small files its time depends on the user and not on the size of the store.
   */
  private static final long FIRST_LEVEL_BYTES = 8 << 20;
  private static final long FILE_BYTES = 2 << 20;

  /** High, because small files are numerous. */
  private static final int MAX_OPEN_FILES = 1024;

  private final Options options;
  private final WriteOptions writeOptions;
  private final RocksDB database;

  /** Held for reading while the database is used, and for writing while it closes. */
  private final ReadWriteLock life = new ReentrantReadWriteLock();

  @GuardedBy("life")
  private boolean closed;

  private HistoryDatabase(Options options, WriteOptions writeOptions, RocksDB database) {
    this.options = options;
    this.writeOptions = writeOptions;
    this.database = database;
  }

  /** Opens the database, or creates an empty one. */
  static HistoryDatabase open(HistoryConfig config) {
    RocksDB.loadLibrary();
    Options options =
        new Options()
            .setCreateIfMissing(true)
            .setKeepLogFileNum(4)
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setMaxBytesForLevelBase(FIRST_LEVEL_BYTES)
            .setTargetFileSizeBase(FILE_BYTES)
            .setMaxOpenFiles(MAX_OPEN_FILES);
    try {
      Files.createDirectories(config.folder());
      RocksDB database = RocksDB.open(options, config.folder().toString());
      return new HistoryDatabase(
          options, new WriteOptions().setSync(config.syncWrites()), database);
    } catch (IOException | RocksDBException e) {
      options.close();
      boolean locked = String.valueOf(e.getMessage()).contains("LOCK");
      throw new ServingException(
          FailureKind.UNAVAILABLE,
          locked
              ? "history.folder: a folder that no other server uses expected, got "
                  + config.folder()
              : "the history store can't be opened: " + e.getMessage(),
          e);
    }
  }

  /** A short sequence of reads and writes on an open database. */
  @FunctionalInterface
  interface Call<T extends @Nullable Object> {
    T run() throws RocksDBException;
  }

  /** Runs a call. Fails if the database is closed. Closing waits for the call. */
  <T extends @Nullable Object> T use(Call<T> call) {
    life.readLock().lock();
    try {
      if (closed) {
        throw new ServingException(FailureKind.UNAVAILABLE, "the history store is closed");
      }
      return call.run();
    } catch (RocksDBException e) {
      throw failure(e);
    } finally {
      life.readLock().unlock();
    }
  }

  /**
   * Converts a database error. A full disk is not a fault of the server. Writes work again once
   * there is room.
   */
  static ServingException failure(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getSubCode() == Status.SubCode.NoSpace
        ? new ServingException(FailureKind.UNAVAILABLE, "the history store's disk is full", e)
        : new ServingException(FailureKind.INTERNAL, "the history store failed", e);
  }

  byte @Nullable [] get(byte[] key) throws RocksDBException {
    return database.get(key);
  }

  void put(byte[] key, byte[] value) throws RocksDBException {
    database.put(writeOptions, key, value);
  }

  /** Deletes one key. {@link #rewrite} then removes it from the disk. */
  void delete(byte[] key, byte[] next) throws RocksDBException {
    database.deleteRange(writeOptions, key, next);
  }

  /**
   * Removes deleted data from the disk. This is slow, but other keys can be read and written
   * meanwhile.
   */
  void rewrite(byte[] key, byte[] next) throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true);
        CompactRangeOptions compact =
            new CompactRangeOptions()
                .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)) {
      database.flush(flush); // also deletes the write-ahead log
      database.compactRange(database.getDefaultColumnFamily(), key, next, compact);
    }
  }

  /**
   * Returns the first values whose keys begin with the prefix byte, at most {@code count}, in key
   * order.
   */
  List<byte[]> values(byte prefix, int count) throws RocksDBException {
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

  /** Returns all texts whose keys begin with the prefix byte, in key order. */
  List<String> texts(byte prefix) {
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
