package io.unipin.serving.items;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.disk.Batch;
import io.unipin.serving.disk.DiskDatabase;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.rocksdb.RocksDBException;

/**
 * The items that callers put and the ids that callers deleted, on the local disk.
 *
 * <p>Once a method that changes the store has returned, the change survives the end of the process
 * and a loss of power. If the method throws, nothing has changed.
 *
 * <p>Only one thread at a time may change and read items. Other threads may call {@link #wipe} and
 * {@link #close} meanwhile, and may read the size of the index.
 */
public final class ItemStore implements AutoCloseable {
  /*
   * 'i' and an id: an item's record
   * 'd' and an id: the id is deleted
   * Wiping keeps the keys of deleted items whose bytes may still be on the disk.
   */
  private static final byte ITEM = 'i';
  private static final byte DELETED = 'd';
  private static final byte[] NOTHING = new byte[0];

  private final DiskDatabase database;
  private final Wiping wiping;
  private final StoreIndex index = new StoreIndex();

  private ItemStore(DiskDatabase database) {
    this.database = database;
    this.wiping = new Wiping(database);
    database.use(
        () -> {
          database.forEach(ITEM, (key, record) -> index.put(decode(key, record), record.length));
          database.forEach(DELETED, (key, unused) -> index.delete(id(key)));
          return true;
        });
    index.measure();
  }

  /** Opens the store, or creates an empty one. */
  public static ItemStore open(Path folder) {
    DiskDatabase database = DiskDatabase.open(new DiskDatabase.Place("items", folder, true));
    boolean opened = false;
    try {
      ItemStore store = new ItemStore(database);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        database.close();
      }
    }
  }

  /** Returns the items of a store in the order of their ids. A server may be using the store. */
  static List<StoredItem> list(Path folder) {
    List<StoredItem> items = new ArrayList<>();
    try (DiskDatabase database =
        DiskDatabase.openForReading(new DiskDatabase.Place("items", folder, false))) {
      database.use(
          () -> {
            database.forEach(ITEM, (key, record) -> items.add(decode(key, record)));
            return true;
          });
    }
    return items;
  }

  /**
   * Copies the items and the deleted ids of a store to a new store. A server may be using the old
   * store. Returns the number of copied items.
   */
  public static long copy(Path from, Path to) {
    long[] items = new long[1];
    try (DiskDatabase source =
            DiskDatabase.openForReading(new DiskDatabase.Place("items", from, false));
        DiskDatabase target = DiskDatabase.open(new DiskDatabase.Place("items", to, false))) {
      source.use(
          () -> {
            source.forEach(ITEM, (key, record) -> items[0] += put(target, key, record));
            source.forEach(DELETED, (key, nothing) -> put(target, key, nothing));
            return true;
          });
    }
    return items[0];
  }

  private static int put(DiskDatabase database, byte[] key, byte[] record) {
    return database.use(
        () -> {
          database.put(key, record);
          return 1;
        });
  }

  private static StoredItem decode(byte[] key, byte[] record) {
    try {
      return ItemCodec.decode(id(key), record);
    } catch (MalformedBytesException e) {
      throw new ServingException(
          FailureKind.INTERNAL, "the items store: item " + id(key) + ": " + e.getMessage(), e);
    }
  }

  /** Returns the index of the stored items and deleted ids. The index is in memory. */
  StoreIndex index() {
    return index;
  }

  /** Returns the stored item with this id; empty if there is none. */
  Optional<StoredItem> read(long id) {
    if (!index.holds(id)) {
      return Optional.empty();
    }
    byte[] key = key(ITEM, id);
    return database.use(
        () -> {
          byte[] record = database.get(key);
          return record == null ? Optional.empty() : Optional.of(decode(key, record));
        });
  }

  /** Passes all items to a receiver, in the order of their ids. */
  void forEach(Consumer<StoredItem> receiver) {
    database.use(
        () -> {
          database.forEach(ITEM, (key, record) -> receiver.accept(decode(key, record)));
          return true;
        });
  }

  /** Stores either all items or none. From then on their ids do not count as deleted. */
  void put(List<StoredItem> items) {
    List<byte[]> records = items.stream().map(ItemCodec::encode).toList();
    write(
        batch -> {
          for (int i = 0; i < records.size(); i++) {
            batch.put(key(ITEM, items.get(i).id()), records.get(i));
            restore(batch, items.get(i).id());
          }
        });
    for (int i = 0; i < records.size(); i++) {
      index.put(items.get(i), records.get(i).length);
    }
    index.measure();
  }

  /**
   * Marks {@code ids} as deleted and {@code restored} as no longer deleted. Makes either all of
   * these changes or none. Items with the deleted ids are removed; {@link #wipe} removes their
   * bytes from the disk.
   */
  void delete(long[] ids, long[] restored) {
    List<byte[]> items =
        LongStream.of(ids).filter(index::holds).mapToObj(id -> key(ITEM, id)).toList();
    wiping.delete(
        items,
        () ->
            write(
                batch -> {
                  for (long id : restored) {
                    restore(batch, id);
                  }
                  for (long id : ids) {
                    batch.put(key(DELETED, id), NOTHING);
                  }
                  for (byte[] item : items) {
                    batch.erase(item, after(item));
                    wiping.note(batch, item);
                  }
                }));
    LongStream.of(restored).forEach(index::restore);
    LongStream.of(ids).forEach(index::delete);
    index.measure();
  }

  private void restore(Batch batch, long id) throws RocksDBException {
    if (index.isDeleted(id)) {
      batch.delete(key(DELETED, id));
    }
  }

  /** Adds changes to a batch. */
  private interface Writing {
    void write(Batch batch) throws RocksDBException;
  }

  private void write(Writing writing) {
    database.use(
        () -> {
          try (Batch batch = new Batch()) {
            writing.write(batch);
            database.write(batch);
            return true;
          }
        });
  }

  /**
   * Removes the bytes of deleted items from the disk. This is slow, but other calls go on
   * meanwhile.
   */
  void wipe() {
    wiping.run();
  }

  private static byte[] key(byte kind, long id) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(kind).putLong(id).array();
  }

  private static long id(byte[] key) {
    return ByteBuffer.wrap(key).getLong(1);
  }

  static byte[] after(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /** Waits for running calls and closes the store. Idempotent. */
  @Override
  public void close() {
    database.close();
  }
}
