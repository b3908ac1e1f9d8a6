package io.unipin.serving.history;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.UserRecord.Recording;
import io.unipin.serving.history.UserRecord.Retraction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
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
 * Users' newest actions and the number of all their actions, on the local disk.
 *
 * <p>An action is kept by item id and by names, so that it outlives bundles. Records and retractions of an event may arrive in
 * any order and again ({@link UserRecord} says within which bounds). What was recorded survives the end of the process; with {@code syncWrites} also a
 * loss of power.
 *
 * <p>Thread-safe. A read is one look-up; recording rewrites the user's record, some tens of kilobytes at most.
 */
public final class HistoryStore implements AutoCloseable {
  private static final byte ACTION_NAME = 'a';
  private static final byte SURFACE_NAME = 's';
  private static final byte[] SECRET = {'k'};
  private static final int SECRET_BYTES = 32;
  private static final int STRIPES = 64;

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

  private final int limit;
  private final Options options;
  private final WriteOptions writeOptions;
  private final RocksDB database;
  private final NameTable actionNames;
  private final NameTable surfaceNames;
  private final RecordCodec codec;

  /** Held for reading while the database is used, for writing to close it. */
  private final ReadWriteLock life = new ReentrantReadWriteLock();

  /** One writer per user. */
  private final Lock[] users =
      Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(Lock[]::new);

  private final Lock names = new ReentrantLock();

  @GuardedBy("life")
  private boolean closed;

  private HistoryStore(HistoryConfig config, Options options, RocksDB database)
      throws RocksDBException {
    this.limit = config.limit();
    this.options = options;
    this.database = database;
    this.writeOptions = new WriteOptions().setSync(config.syncWrites());
    this.actionNames = new NameTable(readNames(ACTION_NAME));
    this.surfaceNames = new NameTable(readNames(SURFACE_NAME));
    this.codec = new RecordCodec(actionNames, surfaceNames);
  }

  /** Opens the store, or makes an empty one. */
  public static HistoryStore open(HistoryConfig config) {
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
      return new HistoryStore(config, options, database);
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

  public UserHistory read(String user) {
    byte[] bytes = use(() -> database.get(HistoryKeys.user(user)));
    return bytes == null ? UserHistory.EMPTY : codec.decodeHistory(bytes, limit);
  }

  /** Records or corrects a user's events, all or none; a late one takes its place by time. */
  public AppendResult append(String user, List<ActionEvent> events) {
    Map<Recording, Integer> counts = new EnumMap<>(Recording.class);
    change(
        user,
        record -> {
          for (ActionEvent event : events) {
            RecordedAction action = event.action();
            nameAll(ACTION_NAME, actionNames, action.actions());
            nameAll(SURFACE_NAME, surfaceNames, List.of(action.surface()));
            long id = HistoryKeys.event(event.eventId());
            counts.merge(record.record(id, event.revision(), action), 1, Integer::sum);
          }
        });
    return AppendResult.of(counts);
  }

  /** Takes a user's events back in a revision and in lower ones, all or none; also what is recorded later. */
  public RetractResult retract(String user, List<String> eventIds, long revision) {
    Map<Retraction, Integer> counts = new EnumMap<>(Retraction.class);
    int forgotten =
        change(
            user,
            record -> {
              for (String id : eventIds) {
                counts.merge(record.retract(HistoryKeys.event(id), revision), 1, Integer::sum);
              }
            });
    return RetractResult.of(counts, forgotten);
  }

  /** Returns the number of retractions that had to be forgotten. */
  private int change(String user, RecordChange change) {
    Lock lock = users[Math.floorMod(user.hashCode(), STRIPES)];
    lock.lock();
    try {
      return use(
          () -> {
            byte[] key = HistoryKeys.user(user);
            byte[] stored = database.get(key);
            UserRecord record =
                new UserRecord(limit, stored == null ? StoredRecord.EMPTY : codec.decode(stored));
            change.apply(record);
            if (record.isChanged()) {
              record.trim();
              database.put(writeOptions, key, codec.encode(record.stored()));
            }
            return record.forgotten();
          });
    } finally {
      lock.unlock();
    }
  }

  /** Gives every name its number; the number is on disk before a record uses it. */
  private void nameAll(byte prefix, NameTable table, List<String> wanted) throws RocksDBException {
    for (String name : wanted) {
      if (table.contains(name)) {
        continue;
      }
      names.lock();
      try {
        if (!table.contains(name)) {
          byte[] key = ByteBuffer.allocate(5).put(prefix).putInt(table.next()).array();
          database.put(writeOptions, key, name.getBytes(StandardCharsets.UTF_8));
          table.add(name);
        }
      } finally {
        names.unlock();
      }
    }
  }

  /**
   * Forgets a user, on disk too: the record is deleted and every file that may hold an older version is rewritten.
   *
   * @return whether there was a record
   */
  public boolean erase(String user) {
    byte[] key = HistoryKeys.user(user);
    byte[] end = Arrays.copyOf(key, key.length + 1);
    boolean existed = delete(user, key, end);
    use(
        () -> {
          rewrite(key, end); // without a record too: an erasure before this one may have failed
          return true;
        });
    return existed;
  }

  /** Deletes a record; returns whether there was one. */
  private boolean delete(String user, byte[] key, byte[] end) {
    Lock lock = users[Math.floorMod(user.hashCode(), STRIPES)];
    lock.lock();
    try {
      return use(
          () -> {
            boolean found = database.get(key) != null;
            database.deleteRange(writeOptions, key, end);
            return found;
          });
    } finally {
      lock.unlock();
    }
  }

  /** Takes what was deleted from the disk. Takes a while, in which other users' actions are recorded. */
  private void rewrite(byte[] key, byte[] end) throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true);
        CompactRangeOptions compact =
            new CompactRangeOptions()
                .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)) {
      database.flush(flush); // also lets go of the write-ahead log
      database.compactRange(database.getDefaultColumnFamily(), key, end, compact);
    }
  }

  /** Histories of at most that many users, without their ids: whoever comes first in the order of hashed ids. */
  public List<UserHistory> sample(int count) {
    List<UserHistory> found =
        use(
            () -> {
              List<UserHistory> histories = new ArrayList<>();
              try (RocksIterator iterator = database.newIterator()) {
                iterator.seek(new byte[] {HistoryKeys.USER});
                while (histories.size() < count
                    && iterator.isValid()
                    && iterator.key()[0] == HistoryKeys.USER) {
                  histories.add(codec.decodeHistory(iterator.value(), limit));
                  iterator.next();
                }
                iterator.status();
              }
              return histories;
            });
    return List.copyOf(found);
  }

  /** Random bytes that stay the same over restarts: signs what this server hands out and takes back. */
  public byte[] secret() {
    names.lock();
    try {
      byte[] secret =
          use(
              () -> {
                byte[] known = database.get(SECRET);
                if (known != null) {
                  return known;
                }
                byte[] fresh = new byte[SECRET_BYTES];
                new SecureRandom().nextBytes(fresh);
                database.put(writeOptions, SECRET, fresh);
                return fresh;
              });
      if (secret == null) {
        throw new IllegalStateException("no secret");
      }
      return secret;
    } finally {
      names.unlock();
    }
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

  private List<String> readNames(byte prefix) throws RocksDBException {
    List<String> found = new ArrayList<>();
    try (RocksIterator iterator = database.newIterator()) {
      iterator.seek(new byte[] {prefix});
      while (iterator.isValid() && iterator.key()[0] == prefix) {
        found.add(new String(iterator.value(), StandardCharsets.UTF_8));
        iterator.next();
      }
      iterator.status();
    }
    return found;
  }

  private <T extends @Nullable Object> T use(DatabaseCall<T> call) {
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

  @FunctionalInterface
  private interface DatabaseCall<T extends @Nullable Object> {
    T run() throws RocksDBException;
  }

  @FunctionalInterface
  private interface RecordChange {
    void apply(UserRecord record) throws RocksDBException;
  }
}
