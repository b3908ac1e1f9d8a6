package io.unipin.kvcache.tier;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One record of the index file: the current chunks of an entry. A record without chunks says that
 * the entry is gone. Numbers are big-endian.
 *
 * <pre>
 *   int length, int CRC-32C                    of what follows
 *   16 bytes user, 16 bytes model, long shape, int number of chunks
 *   per chunk: int end, 16 bytes hash, int bytes, int CRC-32C, int size of the state,
 *              int number of pages, int per page
 * </pre>
 */
final class IndexRecord {
  static final int PREFIX_BYTES = 2 * Integer.BYTES;

  private static final int ENTRY_BYTES = 2 * Id.BYTES + Long.BYTES + Integer.BYTES;
  private static final int CHUNK_BYTES = Id.BYTES + 5 * Integer.BYTES;

  private IndexRecord() {}

  static int bytes(StoredEntry entry) {
    int bytes = PREFIX_BYTES + ENTRY_BYTES;
    for (StoredChunk chunk : entry.chunks()) {
      bytes += CHUNK_BYTES + chunk.pages().length * Integer.BYTES;
    }
    return bytes;
  }

  /** Writes a record at the buffer's position. */
  static void write(StoredEntry entry, ByteBuffer to) {
    int start = to.position();
    to.position(start + PREFIX_BYTES);
    entry.name().user().write(to);
    entry.name().model().write(to);
    to.putLong(entry.shape()).putInt(entry.chunks().size());
    for (StoredChunk chunk : entry.chunks()) {
      to.putInt(chunk.end());
      chunk.name().hash().write(to);
      to.putInt(chunk.bytes()).putInt(chunk.checksum()).putInt(chunk.name().stateSize());
      to.putInt(chunk.pages().length);
      for (int page : chunk.pages()) {
        to.putInt(page);
      }
    }
    int length = to.position() - start - PREFIX_BYTES;
    to.putInt(start, length).putInt(start + Integer.BYTES, checksum(to, start, length));
  }

  /**
   * Returns the entry of a record. The buffer holds the record without its prefix. Returns null if
   * the bytes are not those of a record.
   */
  static @Nullable StoredEntry read(ByteBuffer record) {
    try {
      EntryName name = new EntryName(Id.read(record), Id.read(record));
      long shape = record.getLong();
      int count = record.getInt();
      List<StoredChunk> chunks = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        chunks.add(chunk(record));
      }
      return record.hasRemaining() ? null : new StoredEntry(name, shape, chunks);
    } catch (BufferUnderflowException e) {
      return null;
    }
  }

  private static StoredChunk chunk(ByteBuffer record) {
    int end = record.getInt();
    Id hash = Id.read(record);
    int bytes = record.getInt();
    int checksum = record.getInt();
    int stateSize = record.getInt();
    int pages = record.getInt();
    if (end < 1
        || bytes < 1
        || stateSize < 0
        || pages != ChunkFile.pages(bytes)
        || pages > record.remaining() / Integer.BYTES) {
      throw new BufferUnderflowException();
    }
    int[] places = new int[pages];
    for (int i = 0; i < pages; i++) {
      places[i] = record.getInt();
    }
    return new StoredChunk(new ChunkName(end, hash, stateSize), bytes, checksum, places);
  }

  /** Returns the CRC-32C of a record of this length, whose prefix begins at {@code start}. */
  static int checksum(ByteBuffer buffer, int start, int length) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(start + PREFIX_BYTES, length));
    return (int) crc.getValue();
  }
}
