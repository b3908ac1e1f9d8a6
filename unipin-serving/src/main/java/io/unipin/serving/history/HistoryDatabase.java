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

/** The key-value store on disk below the history: its life, its failures, and what erasing takes. Thread-safe. */
final class HistoryDatabase implements AutoCloseable {
  /** Of the two in memory: small, so that a process has its final size soon after its start. */
  private static final long WRITE_BUFFER_BYTES = 8 << 20;

  /*
   * An erasure rewrites the first level, which every flush overlaps, and of each further level the files around one key. Small
   * ones make its time depend on the user and not on the store.
   */
  private static final long FIRST_LEVEL_BYTES = 8 << 20;
  private static final long FILE_BYTES = 2 << 20;

  /** Small files are many. */
  private static final int MAX_OPEN_FILES = 1024;

  private final Options options;
  private final WriteOptions writeOptions;
  private final RocksDB database;

  /** Held for reading while the database is used, for writing to close it. */
  private final ReadWriteLock life = new ReentrantReadWriteLock();

  @GuardedBy("life")
  private boolean closed;

  private HistoryDatabase(Options options, WriteOptions writeOptions, RocksDB database) {
    this.options = options;
    this.writeOptions = writeOptions;
    this.database = database;
  }

  /** Opens the database, or makes an empty one. */
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

  /** A few reads and writes that see an open database. */
  @FunctionalInterface
  interface Call<T extends @Nullable Object> {
    T run() throws RocksDBException;
  }

  /** Runs a call, unless the database is closed, which waits for it. */
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

  /** A full disk is no fault of ours, and goes on by itself once there is room. */
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

  /** Deletes one key; {@link #rewrite} takes it from the disk. */
  void delete(byte[] key, byte[] next) throws RocksDBException {
    database.deleteRange(writeOptions, key, next);
  }

  /** Takes what was deleted from the disk. Takes a while, in which other keys are read and written. */
  void rewrite(byte[] key, byte[] next) throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true);
        CompactRangeOptions compact =
            new CompactRangeOptions()
                .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)) {
      database.flush(flush); // also lets go of the write-ahead log
      database.compactRange(database.getDefaultColumnFamily(), key, next, compact);
    }
  }

  /** Returns the first values, at most {@code count}, whose keys begin with a byte, in the order of their keys. */
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

  /** Returns all texts whose keys begin with a byte, in the order of their keys. */
  List<String> texts(byte prefix) {
    return use(
        () ->
            values(prefix, Integer.MAX_VALUE).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList());
  }

  /** Idempotent; waits for calls under way. */
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
