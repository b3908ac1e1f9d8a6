package io.unipin.serving.history;

import io.unipin.serving.disk.DiskDatabase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** The records, marks and secret of the history store on the disk. Thread-safe. */
final class DiskArchive implements HistoryArchive {
  private static final byte MARK = 'x';
  private static final byte[] SECRET = {'k'};

  private final RecordTable records;
  private final DiskDatabase database;
  private final Lock secrets = new ReentrantLock();

  DiskArchive(RecordTable records) {
    this.records = records;
    this.database = records.database();
  }

  @Override
  public void forEach(Receiver receiver) {
    database.use(
        () -> {
          database.forEach(
              HistoryKeys.USER, (key, record) -> receiver.take(key, records.decode(record)));
          return true;
        });
  }

  @Override
  public void replace(byte[] key, StoredRecord record) {
    records.change(
        key,
        () -> {
          for (KeptEvent event : record.kept()) {
            if (event.counts()) {
              records.named(event.action());
            }
          }
          records.put(key, record);
          return true;
        });
  }

  /**
   * Deletes the record and rewrites every file that may hold an older version of it. The files are
   * rewritten even if there is no record, because an earlier erasure may have failed.
   */
  @Override
  public boolean forget(byte[] key) {
    byte[] end = Arrays.copyOf(key, key.length + 1);
    boolean existed = records.delete(key, end);
    database.use(
        () -> {
          database.rewrite(key, end);
          return true;
        });
    return existed;
  }

  @Override
  public boolean isEmpty() {
    return database.use(() -> database.values(HistoryKeys.USER, 1).isEmpty());
  }

  @Override
  public List<ErasureMark> marks() {
    List<ErasureMark> marks = new ArrayList<>();
    database.use(
        () -> {
          database.forEach(MARK, (key, time) -> marks.add(ErasureMark.read(key, time)));
          return true;
        });
    return marks;
  }

  @Override
  public void mark(ErasureMark mark) {
    byte[] key = mark.key(MARK);
    records.change(
        key,
        () -> {
          byte[] known = database.get(key);
          if (known == null || ErasureMark.time(known) < mark.timeMs()) {
            database.put(key, mark.value());
          }
          return true;
        });
  }

  @Override
  public OptionalLong markedMs(ErasureMark mark) {
    return database.use(
        () -> {
          byte[] time = database.get(mark.key(MARK));
          return time == null ? OptionalLong.empty() : OptionalLong.of(ErasureMark.time(time));
        });
  }

  /** Whether a user was erased after the given time. */
  boolean isErasedAfter(byte[] key, long timeMs) {
    OptionalLong marked = markedMs(markOf(key, 0));
    return marked.isPresent() && marked.getAsLong() > timeMs;
  }

  @Override
  public byte[] secret() {
    secrets.lock();
    try {
      return database.use(
          () -> {
            byte[] known = database.get(SECRET);
            if (known != null) {
              return known;
            }
            byte[] fresh = HistoryArchive.freshSecret();
            database.put(SECRET, fresh);
            return fresh;
          });
    } finally {
      secrets.unlock();
    }
  }

  @Override
  public void adopt(byte[] secret) {
    secrets.lock();
    try {
      database.use(
          () -> {
            database.put(SECRET, secret);
            return true;
          });
    } finally {
      secrets.unlock();
    }
  }
}
