package io.unipin.serving.history;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
import org.rocksdb.WriteOptions;

/**
 * Users' newest actions and the number of all their actions, on the local disk.
 *
 * <p>An action is kept by item id and by names, so that it outlives bundles. Recording is idempotent by event id among a
 * user's newest {@code limit} events. What was recorded survives the end of the process; with {@code syncWrites} also a
 * loss of power.
 *
 * <p>Thread-safe. A read is one look-up; recording rewrites the user's record, some tens of kilobytes at most.
 */
public final class HistoryStore implements AutoCloseable {
  private static final byte USER = 'u';
  private static final byte ACTION_NAME = 'a';
  private static final byte SURFACE_NAME = 's';
  private static final byte[] SECRET = {'k'};
  private static final int SECRET_BYTES = 32;
  private static final int STRIPES = 64;

  /** Of the two in memory: small, so that a process has its final size soon after its start. */
  private static final long WRITE_BUFFER_BYTES = 8 << 20;

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
            .setWriteBufferSize(WRITE_BUFFER_BYTES);
    try {
      Files.createDirectories(config.folder());
      RocksDB database = RocksDB.open(options, config.folder().toString());
      return new HistoryStore(config, options, database);
    } catch (IOException | RocksDBException e) {
      options.close();
      throw new ServingException(
          FailureKind.UNAVAILABLE, "the history store can't be opened: " + e.getMessage(), e);
    }
  }

  public UserHistory read(String user) {
    byte[] bytes = use(() -> database.get(userKey(user)));
    return bytes == null ? UserHistory.EMPTY : codec.decodeHistory(bytes);
  }

  /** Records a user's events, all or none; a late one takes its place by time. */
  public AppendResult append(String user, List<ActionEvent> events) {
    List<RecordedAction> actions = events.stream().map(ActionEvent::action).toList();
    Lock lock = users[Math.floorMod(user.hashCode(), STRIPES)];
    lock.lock();
    try {
      Integer recorded = use(() -> append(userKey(user), events, actions));
      int count = recorded == null ? 0 : recorded;
      return new AppendResult(count, events.size() - count);
    } finally {
      lock.unlock();
    }
  }

  private int append(byte[] key, List<ActionEvent> events, List<RecordedAction> actions)
      throws RocksDBException {
    for (RecordedAction action : actions) {
      nameAll(ACTION_NAME, actionNames, action.actions());
      nameAll(SURFACE_NAME, surfaceNames, List.of(action.surface()));
    }
    byte[] stored = database.get(key);
    UserRecord record = stored == null ? UserRecord.empty(limit) : codec.decode(stored, limit);
    int recorded = 0;
    for (ActionEvent event : events) {
      if (record.add(hash(event.eventId()), event.action())) {
        recorded++;
      }
    }
    if (recorded > 0) {
      record.trim();
      database.put(writeOptions, key, codec.encode(record));
    }
    return recorded;
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
    Lock lock = users[Math.floorMod(user.hashCode(), STRIPES)];
    lock.lock();
    try {
      byte[] key = userKey(user);
      Boolean existed =
          use(
              () -> {
                boolean found = database.get(key) != null;
                eraseFromDisk(key);
                return found;
              });
      return Boolean.TRUE.equals(existed);
    } finally {
      lock.unlock();
    }
  }

  private void eraseFromDisk(byte[] key) throws RocksDBException {
    byte[] end = Arrays.copyOf(key, key.length + 1);
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true);
        CompactRangeOptions compact =
            new CompactRangeOptions()
                .setBottommostLevelCompaction(BottommostLevelCompaction.kForce)) {
      database.deleteRange(writeOptions, key, end);
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
                iterator.seek(new byte[] {USER});
                while (histories.size() < count
                    && iterator.isValid()
                    && iterator.key()[0] == USER) {
                  histories.add(codec.decodeHistory(iterator.value()));
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

  /** A hash: the database repeats keys in its own logs, where an id would outlive the user's erasure. */
  private static byte[] userKey(String user) {
    byte[] id = sha256(user);
    return ByteBuffer.allocate(1 + id.length).put(USER).put(id).array();
  }

  private static long hash(String eventId) {
    return ByteBuffer.wrap(sha256(eventId)).getLong();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private <T extends @Nullable Object> T use(DatabaseCall<T> call) {
    life.readLock().lock();
    try {
      if (closed) {
        throw new ServingException(FailureKind.UNAVAILABLE, "the history store is closed");
      }
      return call.run();
    } catch (RocksDBException e) {
      throw new ServingException(FailureKind.INTERNAL, "the history store failed", e);
    } finally {
      life.readLock().unlock();
    }
  }

  @FunctionalInterface
  private interface DatabaseCall<T extends @Nullable Object> {
    T run() throws RocksDBException;
  }
}
