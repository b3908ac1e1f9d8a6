package io.unipin.serving.history;

import io.unipin.serving.disk.DiskDatabase;
import io.unipin.serving.history.UserRecord.Recording;
import io.unipin.serving.history.UserRecord.Retraction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

/**
 * The users' newest actions and the total number of their actions, on the local disk.
 *
 * <p>An action is stored with its item id and names, so it stays valid across bundles. Records and
 * retractions may arrive in any order and repeatedly. {@link UserRecord} states the bounds.
 *
 * <p>Recorded data survives the end of the process. With {@code syncWrites} it also survives a loss
 * of power.
 *
 * <p>Thread-safe. A read is one look-up. Recording rewrites the user's record, which has tens of
 * kilobytes at most.
 */
public final class HistoryStore implements AutoCloseable {
  private static final byte ACTION_NAME = 'a';
  private static final byte SURFACE_NAME = 's';
  private static final byte[] SECRET = {'k'};
  private static final int SECRET_BYTES = 32;
  private static final int STRIPES = 64;

  private final int limit;
  private final DiskDatabase database;
  private final NameTable actionNames;
  private final NameTable surfaceNames;
  private final RecordCodec codec;

  /** Locks that allow one writer per user. */
  private final Lock[] users =
      Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(Lock[]::new);

  private final Lock names = new ReentrantLock();

  private HistoryStore(int limit, DiskDatabase database) {
    this.limit = limit;
    this.database = database;
    this.actionNames = new NameTable(database.texts(ACTION_NAME));
    this.surfaceNames = new NameTable(database.texts(SURFACE_NAME));
    this.codec = new RecordCodec(actionNames, surfaceNames);
  }

  /** Opens the store, or creates an empty one. */
  public static HistoryStore open(HistoryConfig config) {
    DiskDatabase database =
        DiskDatabase.open(new DiskDatabase.Place("history", config.folder(), config.syncWrites()));
    boolean opened = false;
    try {
      HistoryStore store = new HistoryStore(config.limit(), database);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        database.close();
      }
    }
  }

  public UserHistory read(String user) {
    return database.use(
        () -> {
          byte[] record = database.get(HistoryKeys.user(user));
          return record == null ? UserHistory.EMPTY : codec.decodeHistory(record, limit);
        });
  }

  /**
   * Records or corrects a user's events, either all or none. A late event is placed by its time.
   */
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

  /**
   * Takes back a user's events, either all or none. The retraction covers every record whose
   * revision is at most {@code revision}, even if the record arrives later.
   */
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

  /** Changes a user's record. Returns the number of retractions that were deleted to make room. */
  private int change(String user, RecordChange change) {
    Lock lock = users[Math.floorMod(user.hashCode(), STRIPES)];
    lock.lock();
    try {
      return database.use(
          () -> {
            byte[] key = HistoryKeys.user(user);
            byte[] stored = database.get(key);
            UserRecord record =
                new UserRecord(limit, stored == null ? StoredRecord.EMPTY : codec.decode(stored));
            change.apply(record);
            if (record.isChanged()) {
              record.trim();
              database.put(key, codec.encode(record.stored()));
            }
            return record.forgotten();
          });
    } finally {
      lock.unlock();
    }
  }

  /** Assigns a number to each new name. The number is on disk before a record uses it. */
  private void nameAll(byte prefix, NameTable table, List<String> wanted) throws RocksDBException {
    for (String name : wanted) {
      if (table.contains(name)) {
        continue;
      }
      names.lock();
      try {
        if (!table.contains(name)) {
          byte[] key = ByteBuffer.allocate(5).put(prefix).putInt(table.next()).array();
          database.put(key, name.getBytes(StandardCharsets.UTF_8));
          table.add(name);
        }
      } finally {
        names.unlock();
      }
    }
  }

  /**
   * Erases a user from the store and the disk. It deletes the record and rewrites every file that
   * may hold an older version.
   *
   * @return whether there was a record
   */
  public boolean erase(String user) {
    byte[] key = HistoryKeys.user(user);
    byte[] end = Arrays.copyOf(key, key.length + 1);
    boolean existed = delete(user, key, end);
    database.use(
        () -> {
          database.rewrite(
              key, end); // even without a record, because an earlier erasure may have failed
          return true;
        });
    return existed;
  }

  /** Deletes a user's record. Returns whether there was a record. */
  private boolean delete(String user, byte[] key, byte[] end) {
    Lock lock = users[Math.floorMod(user.hashCode(), STRIPES)];
    lock.lock();
    try {
      return database.use(
          () -> {
            boolean found = database.get(key) != null;
            database.delete(key, end);
            return found;
          });
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the histories of at most {@code count} users, without their ids. It takes the first
   * users in the order of hashed ids.
   */
  public List<UserHistory> sample(int count) {
    return database.use(
        () ->
            database.values(HistoryKeys.USER, count).stream()
                .map(record -> codec.decodeHistory(record, limit))
                .toList());
  }

  /**
   * Returns random bytes that stay the same across restarts. The server uses them to sign data that
   * it hands out and accepts again.
   */
  public byte[] secret() {
    names.lock();
    try {
      return database.use(
          () -> {
            byte[] known = database.get(SECRET);
            if (known != null) {
              return known;
            }
            byte[] fresh = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(fresh);
            database.put(SECRET, fresh);
            return fresh;
          });
    } finally {
      names.unlock();
    }
  }

  /** Waits for running calls and closes the store. Idempotent. */
  @Override
  public void close() {
    database.close();
  }

  @FunctionalInterface
  private interface RecordChange {
    void apply(UserRecord record) throws RocksDBException;
  }
}
