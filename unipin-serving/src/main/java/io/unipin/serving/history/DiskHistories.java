package io.unipin.serving.history;

import io.unipin.serving.disk.DiskDatabase;
import io.unipin.serving.history.UserRecord.Recording;
import io.unipin.serving.history.UserRecord.Retraction;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.RocksDBException;

/**
 * Histories on the local disk. The histories of recent requests are also held in memory.
 *
 * <p>Recorded data survives the end of the process. With {@code syncWrites} it also survives a loss
 * of power.
 *
 * <p>Thread-safe. A read of a history that is not held takes one look-up in the database. Recording
 * an action rewrites the user's record, which has tens of kilobytes at most.
 */
final class DiskHistories implements HistoryStore {
  private final int limit;
  private final DiskDatabase database;
  private final RecordTable records;
  private final DiskArchive archive;

  private DiskHistories(HistoryConfig config, DiskDatabase database) {
    this.limit = config.limit();
    this.database = database;
    this.records = new RecordTable(database, config.held().bytes());
    this.archive = new DiskArchive(records);
  }

  /** Opens the store, or creates an empty one. */
  static DiskHistories open(HistoryConfig config) {
    return open(
        config,
        DiskDatabase.open(new DiskDatabase.Place("history", config.folder(), config.syncWrites())));
  }

  /** Opens an existing store to read it. A server may be writing to the store meanwhile. */
  static DiskHistories openForReading(HistoryConfig config) {
    return open(
        config,
        DiskDatabase.openForReading(new DiskDatabase.Place("history", config.folder(), false)));
  }

  private static DiskHistories open(HistoryConfig config, DiskDatabase database) {
    boolean opened = false;
    try {
      DiskHistories store = new DiskHistories(config, database);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        database.close();
      }
    }
  }

  @Override
  public HistoryArchive archive() {
    return archive;
  }

  @Override
  public UserHistory read(String user) {
    return records.history(HistoryKeys.user(user), limit);
  }

  @Override
  public Optional<AppendResult> append(String user, List<ActionEvent> events, KnownErasure known) {
    Map<Recording, Integer> counts = new EnumMap<>(Recording.class);
    Optional<Integer> changed =
        change(
            user,
            known,
            record -> {
              for (ActionEvent event : events) {
                RecordedAction action = records.named(event.action());
                long id = HistoryKeys.event(event.eventId());
                counts.merge(record.record(id, event.revision(), action), 1, Integer::sum);
              }
            });
    return changed.map(unused -> AppendResult.of(counts));
  }

  @Override
  public Optional<RetractResult> retract(
      String user, List<String> eventIds, long revision, KnownErasure known) {
    Map<Retraction, Integer> counts = new EnumMap<>(Retraction.class);
    Optional<Integer> forgotten =
        change(
            user,
            known,
            record -> {
              for (String id : eventIds) {
                counts.merge(record.retract(HistoryKeys.event(id), revision), 1, Integer::sum);
              }
            });
    return forgotten.map(number -> RetractResult.of(counts, number));
  }

  /**
   * Changes a user's record. Returns the number of retractions that were deleted to make room;
   * empty if the user was erased after {@code known}.
   */
  private Optional<Integer> change(String user, KnownErasure known, RecordChange change) {
    byte[] key = HistoryKeys.user(user);
    return records.change(
        key,
        () -> {
          // An erasure first sets its mark and then waits for this lock. So if the mark is not set
          // yet, the erasure also deletes this change.
          if (!known.isAny() && archive.isErasedAfter(key, known.timeMs())) {
            return Optional.empty();
          }
          UserRecord record = new UserRecord(limit, records.record(key));
          change.apply(record);
          if (record.isChanged()) {
            record.trim();
            records.put(key, record.stored(), limit);
          }
          return Optional.of(record.forgotten());
        });
  }

  /** Takes the first users in the order of their hashed ids. */
  @Override
  public List<UserHistory> sample(int count) {
    return database.use(
        () ->
            database.values(HistoryKeys.USER, count).stream()
                .map(record -> records.decodeHistory(record, limit))
                .toList());
  }

  @Override
  public HistoryReads reads() {
    return records.reads();
  }

  @Override
  public void close() {
    database.close();
  }

  @FunctionalInterface
  private interface RecordChange {
    void apply(UserRecord record) throws RocksDBException;
  }
}
