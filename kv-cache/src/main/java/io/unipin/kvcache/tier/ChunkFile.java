package io.unipin.kvcache.tier;

import io.unipin.kvcache.KvSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The file with the {@linkplain ChunkBytes chunks}. Thread-safe: chunks on different pages are read
 * and written at the same time.
 */
final class ChunkFile {
  static final int PAGE_BYTES = 8192;

  /** The number of pages of one read or write. It is small, so Java's hidden buffers stay small. */
  private static final int STEP_PAGES = 8;

  private static final byte[] ZEROS = new byte[STEP_PAGES * PAGE_BYTES];

  private final Disk disk;

  ChunkFile(Disk disk) {
    this.disk = disk;
  }

  static int pages(int bytes) {
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
  }

  /** Writes one chunk of an entry. The last page is filled up with zeros. */
  StoredChunk write(EntryName entry, KvSnapshot rows, ChunkName chunk, int[] pages)
      throws IOException {
    byte[] memory = new byte[pages.length * PAGE_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(memory);
    ChunkBytes.write(buffer, entry, chunk, rows);
    int bytes = buffer.position();
    int checksum = checksum(memory, bytes);
    try {
      write(memory, pages);
    } finally {
      Arrays.fill(memory, (byte) 0); // so that no user's rows wait for the garbage collector
    }
    return new StoredChunk(chunk, bytes, checksum, pages);
  }

  /**
   * Reads a chunk and verifies it.
   *
   * @return an array that begins with the chunk, or an empty array if the bytes are not those of
   *     the chunk
   */
  byte[] read(EntryName entry, StoredChunk chunk) throws IOException {
    byte[] memory = new byte[chunk.pages().length * PAGE_BYTES];
    int from = 0;
    while (from < chunk.pages().length) {
      int count = run(chunk.pages(), from);
      ByteBuffer target = ByteBuffer.wrap(memory, from * PAGE_BYTES, count * PAGE_BYTES);
      disk.read(target, position(chunk.pages()[from]));
      from += count;
    }
    boolean right =
        ChunkBytes.isOf(memory, entry, chunk.name())
            && checksum(memory, chunk.bytes()) == chunk.checksum();
    return right ? memory : new byte[0];
  }

  /** Overwrites pages with zeros. */
  void wipe(int[] pages) throws IOException {
    int from = 0;
    while (from < pages.length) {
      int count = run(pages, from);
      disk.write(ByteBuffer.wrap(ZEROS, 0, count * PAGE_BYTES), position(pages[from]));
      from += count;
    }
  }

  /** Overwrites a page with zeros if it holds anything else. */
  void wipeIfUsed(int page) throws IOException {
    long left = disk.size() - position(page);
    if (left <= 0) {
      return;
    }
    byte[] memory = new byte[(int) Math.min(left, PAGE_BYTES)];
    disk.read(ByteBuffer.wrap(memory), position(page));
    if (!Arrays.equals(memory, 0, memory.length, ZEROS, 0, memory.length)) {
      wipe(new int[] {page});
    }
  }

  private void write(byte[] memory, int[] pages) throws IOException {
    int from = 0;
    while (from < pages.length) {
      int count = run(pages, from);
      disk.write(
          ByteBuffer.wrap(memory, from * PAGE_BYTES, count * PAGE_BYTES), position(pages[from]));
      from += count;
    }
  }

  /**
   * Returns how many pages of the array, from index {@code from} on, lie directly one after the
   * other in the file. Counts at most {@link #STEP_PAGES} pages.
   */
  private static int run(int[] pages, int from) {
    int count = 1;
    while (count < STEP_PAGES
        && from + count < pages.length
        && pages[from + count] == pages[from] + count) {
      count++;
    }
    return count;
  }

  private static long position(int page) {
    return (long) page * PAGE_BYTES;
  }

  private static int checksum(byte[] memory, int bytes) {
    CRC32C crc = new CRC32C();
    crc.update(memory, 0, bytes);
    return (int) crc.getValue();
  }

  /** Returns the number of pages that the file has now. */
  int filePages() throws IOException {
    return (int) Math.min(Integer.MAX_VALUE, (disk.size() + PAGE_BYTES - 1) / PAGE_BYTES);
  }

  void truncate(int pages) throws IOException {
    disk.truncate(position(pages));
  }

  void force() throws IOException {
    disk.force();
  }
}
