package io.unipin.kvcache.tier;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The index file: a header and records. Of the records of one entry, the last one counts. A change
 * appends a record. When later records have replaced most records, a new file is written beside the
 * old file, and takes its place.
 *
 * <p>A crash may leave an incomplete record. {@link #load} reads up to the first such record.
 * Confined to one thread.
 */
final class IndexFile implements Closeable {
  private static final long MAGIC = 0x55504B56494E4458L; // "UPKVINDX" in ASCII
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 64;
  private static final int CLEAN_AT = HEADER_BYTES - Integer.BYTES;
  private static final int MOST_RECORD_BYTES = 1 << 24;

  /**
   * The file is rewritten once it is longer than twice its length after the last rewrite, plus this
   * number of bytes.
   */
  private static final long SLACK_BYTES = 1 << 20;

  private final Path path;
  private final Disk.Opener opener;
  private final Id check;
  private Disk disk;
  private long length;
  private long rewrittenBytes;

  /** The users of records that no longer count. */
  private final Set<Id> replaced = new HashSet<>();

  /** Whether the file lacks a change, because a write failed. */
  private boolean behind;

  /**
   * The content of an index file.
   *
   * @param entries current entries, the least recently written first
   * @param clean whether the file was closed after all removed chunks had been overwritten
   */
  record Loaded(Map<EntryName, StoredEntry> entries, boolean clean) {}

  private IndexFile(Path path, Disk.Opener opener, Id check, Disk disk) {
    this.path = path;
    this.opener = opener;
    this.check = check;
    this.disk = disk;
  }

  /**
   * Returns the content of a file. The content is empty if there is no file, or if the file is of
   * another version, machine or secret.
   */
  static Loaded load(Path path, Id check) throws IOException {
    Map<EntryName, StoredEntry> entries = new LinkedHashMap<>();
    if (!Files.exists(path)) {
      return new Loaded(entries, false);
    }
    try (InputStream file = Files.newInputStream(path);
        DataInputStream in = new DataInputStream(new BufferedInputStream(file, 1 << 16))) {
      byte[] header = in.readNBytes(HEADER_BYTES);
      ByteBuffer read = ByteBuffer.wrap(header);
      ByteBuffer expected = header(check, header.length < HEADER_BYTES ? 0 : read.getInt(CLEAN_AT));
      if (!read.equals(expected)) {
        return new Loaded(entries, false);
      }
      boolean whole = true;
      while (whole) {
        whole = record(in, entries);
      }
      return new Loaded(entries, read.getInt(CLEAN_AT) == 1);
    }
  }

  /**
   * Reads one record. Returns false at the end of the file, or at the first record that is
   * incomplete or damaged.
   */
  private static boolean record(DataInputStream in, Map<EntryName, StoredEntry> entries)
      throws IOException {
    byte[] prefix = in.readNBytes(IndexRecord.PREFIX_BYTES);
    if (prefix.length < IndexRecord.PREFIX_BYTES) {
      return false;
    }
    int length = ByteBuffer.wrap(prefix).getInt();
    if (length < 1 || length > MOST_RECORD_BYTES) {
      return false;
    }
    ByteBuffer record = ByteBuffer.allocate(IndexRecord.PREFIX_BYTES + length);
    int read = in.readNBytes(record.array(), IndexRecord.PREFIX_BYTES, length);
    int checksum = ByteBuffer.wrap(prefix).getInt(Integer.BYTES);
    if (read < length || IndexRecord.checksum(record, 0, length) != checksum) {
      return false;
    }
    StoredEntry entry = IndexRecord.read(record.position(IndexRecord.PREFIX_BYTES));
    if (entry == null) {
      return false;
    }
    entries.remove(entry.name());
    if (!entry.chunks().isEmpty()) {
      entries.put(entry.name(), entry);
    }
    return true;
  }

  /** Makes a new file with these entries, in place of the file at the path. */
  static IndexFile create(Path path, Disk.Opener opener, Id check, Collection<StoredEntry> entries)
      throws IOException {
    IndexFile index = new IndexFile(path, opener, check, write(path, opener, check, entries, 0));
    index.counted();
    return index;
  }

  /** Records the current chunks of an entry. */
  void put(StoredEntry entry) throws IOException {
    replaced.add(entry.name().user()); // an earlier record of the user may be in the file
    ByteBuffer record = ByteBuffer.allocate(IndexRecord.bytes(entry));
    IndexRecord.write(entry, record);
    append(record.flip());
  }

  /** Records that an entry is gone. */
  void remove(StoredEntry gone) throws IOException {
    put(new StoredEntry(gone.name(), gone.shape(), List.of()));
  }

  private void append(ByteBuffer record) throws IOException {
    if (behind) {
      return;
    }
    behind = true;
    int bytes = record.remaining();
    disk.write(record, length);
    length += bytes;
    behind = false;
  }

  /** Whether the file may hold a record of the user that no longer counts. */
  boolean mayName(Id user) {
    return replaced.contains(user);
  }

  /** Whether the file should be written anew with the current entries. */
  boolean isOverdue() {
    return behind || length > 2 * rewrittenBytes + SLACK_BYTES;
  }

  /**
   * Writes the file anew, so that only records of these entries are left.
   *
   * @param clean whether all pages that no chunk uses have been overwritten
   */
  void rewrite(Collection<StoredEntry> entries, boolean clean) throws IOException {
    behind = true;
    Disk next = write(path, opener, check, entries, clean ? 1 : 0);
    Disk old = disk;
    disk = next;
    old.close();
    behind = false;
    counted();
  }

  /**
   * Removes all records. The next {@link #rewrite} writes the records of the current entries again.
   */
  void empty() throws IOException {
    behind = true;
    disk.truncate(0);
    replaced.clear();
  }

  private void counted() throws IOException {
    length = disk.size();
    rewrittenBytes = length;
    replaced.clear();
  }

  private static Disk write(
      Path path, Disk.Opener opener, Id check, Collection<StoredEntry> entries, int clean)
      throws IOException {
    Path beside = path.resolveSibling(path.getFileName() + ".next");
    Files.deleteIfExists(beside);
    Disk next = opener.open(beside);
    boolean written = false;
    try {
      long at = HEADER_BYTES;
      next.write(header(check, clean), 0);
      ByteBuffer some = ByteBuffer.allocate(1 << 16);
      for (StoredEntry entry : entries) {
        int bytes = IndexRecord.bytes(entry);
        if (some.remaining() < bytes) {
          at = flush(next, some, at);
          some = bytes > some.capacity() ? ByteBuffer.allocate(bytes) : some;
        }
        IndexRecord.write(entry, some);
      }
      flush(next, some, at);
      next.force();
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
      written = true;
    } finally {
      if (!written) {
        next.close();
        Files.deleteIfExists(beside);
      }
    }
    next.close();
    return opener.open(path);
  }

  private static long flush(Disk disk, ByteBuffer some, long at) throws IOException {
    int bytes = some.flip().remaining();
    disk.write(some, at);
    some.clear();
    return at + bytes;
  }

  private static ByteBuffer header(Id check, int clean) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putLong(MAGIC).putInt(VERSION).putInt(ChunkFile.PAGE_BYTES);
    header.putInt(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? 1 : 0);
    check.write(header);
    return header.putInt(CLEAN_AT, clean).rewind();
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}
