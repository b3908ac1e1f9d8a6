package io.unipin.serving.history;

import io.unipin.serving.disk.DiskDatabase;
import io.unipin.serving.history.HeldHistories.Held;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * The records of users in a database on the disk, and the tables of the names that the records use.
 * Thread-safe.
 */
final class RecordTable {
  private static final byte ACTION_NAME = 'a';
  private static final byte SURFACE_NAME = 's';
  private static final int STRIPES = 64;

  /**
   * The revision of every history in memory. One text is enough, because a history is replaced or
   * dropped in memory when it changes.
   */
  private static final String REVISION = "present";

  private final DiskDatabase database;
  private final HeldHistories held;
  private final LongAdder heldReads = new LongAdder();
  private final LongAdder fetched = new LongAdder();
  private final NameTable actionNames;
  private final NameTable surfaceNames;
  private final RecordCodec codec;

  /** Locks that allow one writer per user. */
  private final Lock[] users =
      Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(Lock[]::new);

  private final Lock names = new ReentrantLock();

  /** Creates a table that keeps about {@code heldBytes} of decoded histories in memory. */
  RecordTable(DiskDatabase database, long heldBytes) {
    this.database = database;
    this.held = new HeldHistories(heldBytes);
    this.actionNames = new NameTable(database.texts(ACTION_NAME));
    this.surfaceNames = new NameTable(database.texts(SURFACE_NAME));
    this.codec = new RecordCodec(actionNames, surfaceNames);
  }

  DiskDatabase database() {
    return database;
  }

  /** Runs a call that changes one user's record. No other call changes the record meanwhile. */
  <T extends @Nullable Object> T change(byte[] key, DiskDatabase.Call<T> call) {
    Lock lock = users[Math.floorMod(Arrays.hashCode(key), STRIPES)];
    lock.lock();
    try {
      return database.use(call);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns a history. Only this process changes records, and every change replaces or removes the
   * user's history in memory. So a history in memory is always current.
   */
  UserHistory history(byte[] key, int limit) {
    Optional<Held> known = database.use(() -> Optional.ofNullable(held.get(key)));
    if (known.isPresent()) {
      heldReads.increment();
      return known.get().history();
    }
    return change(
        key,
        () -> {
          byte[] record = database.get(key);
          if (record == null) {
            return UserHistory.EMPTY;
          }
          UserHistory history = codec.decodeHistory(record, limit);
          held.put(key, new Held(REVISION, history));
          fetched.increment();
          return history;
        });
  }

  HistoryReads reads() {
    return new HistoryReads(heldReads.sum(), fetched.sum(), 0, 0, 0);
  }

  StoredRecord record(byte[] key) throws RocksDBException {
    byte[] record = database.get(key);
    return record == null ? StoredRecord.EMPTY : codec.decode(record);
  }

  StoredRecord decode(byte[] record) {
    return codec.decode(record);
  }

  UserHistory decodeHistory(byte[] record, int limit) {
    return codec.decodeHistory(record, limit);
  }

  /** Stores a record. Every name in the record must have its number already. */
  void put(byte[] key, StoredRecord record) throws RocksDBException {
    database.put(key, codec.encode(record));
    held.drop(key);
  }

  /**
   * Stores a record as the other method does. If the user's history is in memory, the record's
   * history replaces it there, so the next page does not decode the record.
   */
  void put(byte[] key, StoredRecord record, int limit) throws RocksDBException {
    database.put(key, codec.encode(record));
    if (held.get(key) != null) {
      held.put(key, new Held(REVISION, record.history(limit)));
    }
  }

  /** Deletes a record as {@link DiskDatabase#delete} does. Returns whether the record existed. */
  boolean delete(byte[] key, byte[] next) {
    return change(
        key,
        () -> {
          boolean found = database.get(key) != null;
          database.delete(key, next);
          held.drop(key);
          return found;
        });
  }

  /**
   * Assigns numbers to the new names of an action. Returns the same action with the texts of the
   * tables, so that a history in memory does not keep texts of requests alive.
   */
  RecordedAction named(RecordedAction action) throws RocksDBException {
    nameAll(ACTION_NAME, actionNames, action.actions());
    nameAll(SURFACE_NAME, surfaceNames, List.of(action.surface()));
    return new RecordedAction(
        action.itemId(),
        action.actions().stream().map(actionNames::known).toList(),
        surfaceNames.known(action.surface()),
        action.timeMs());
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
}
