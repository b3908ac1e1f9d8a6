package io.unipin.serving.history;

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

  private final int limit;
  private final HistoryDatabase database;
  private final NameTable actionNames;
  private final NameTable surfaceNames;
  private final RecordCodec codec;

  /** One writer per user. */
  private final Lock[] users =
      Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(Lock[]::new);

  private final Lock names = new ReentrantLock();

  private HistoryStore(int limit, HistoryDatabase database) {
    this.limit = limit;
    this.database = database;
    this.actionNames = new NameTable(database.texts(ACTION_NAME));
    this.surfaceNames = new NameTable(database.texts(SURFACE_NAME));
    this.codec = new RecordCodec(actionNames, surfaceNames);
  }

  /** Opens the store, or makes an empty one. */
  public static HistoryStore open(HistoryConfig config) {
    HistoryDatabase database = HistoryDatabase.open(config);
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
          database.put(key, name.getBytes(StandardCharsets.UTF_8));
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
    database.use(
        () -> {
          database.rewrite(
              key, end); // without a record too: an erasure before this one may have failed
          return true;
        });
    return existed;
  }

  /** Deletes a record; returns whether there was one. */
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

  /** Histories of at most that many users, without their ids: whoever comes first in the order of hashed ids. */
  public List<UserHistory> sample(int count) {
    return database.use(
        () ->
            database.values(HistoryKeys.USER, count).stream()
                .map(record -> codec.decodeHistory(record, limit))
                .toList());
  }

  /** Random bytes that stay the same over restarts: signs what this server hands out and takes back. */
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

  /** Idempotent; waits for calls under way. */
  @Override
  public void close() {
    database.close();
  }

  @FunctionalInterface
  private interface RecordChange {
    void apply(UserRecord record) throws RocksDBException;
  }
}
