package io.unipin.kvcache.tier;

import io.unipin.kvcache.ChunkRows;
import io.unipin.kvcache.KvSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The file with the chunks. A chunk is a header, the rows, and the state if it has one. The header
 * names the user, the model, the tokens and the rows. Thread-safe: chunks on different pages are
 * read and written at the same time.
 */
final class ChunkFile {
  static final int PAGE_BYTES = 8192;

  /** The bytes of one read or write, so that Java's hidden buffers stay small. */
  private static final int STEP_PAGES = 8;

  private static final long MAGIC = 0x55504B5643484B31L; // "UPKVCHK1"
  private static final int HEADER_BYTES = Long.BYTES + 3 * Id.BYTES + 3 * Integer.BYTES;
  private static final byte[] ZEROS = new byte[STEP_PAGES * PAGE_BYTES];

  private final Disk disk;

  ChunkFile(Disk disk) {
    this.disk = disk;
  }

  /** Returns the bytes of a chunk with {@code rows} bytes of rows and a state. */
  static int bytes(int rowBytes, int stateSize) {
    return HEADER_BYTES + rowBytes + stateSize * Float.BYTES;
  }

  static int pages(int bytes) {
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
  }

  /**
   * Writes one chunk of an entry. The last page is filled up with zeros.
   *
   * @param end the first row behind the chunk
   * @param state state after the last row, empty to store none
   */
  StoredChunk write(EntryName name, KvSnapshot rows, int end, float[] state, int[] pages)
      throws IOException {
    Id hash = StoredChunk.hash(rows.hashes(), end);
    StoredChunk plan = new StoredChunk(end, hash, 0, 0, state.length, pages);
    int bytes = bytes(ChunkRows.bytes(rows.layout(), plan.rows()), state.length);
    byte[] memory = new byte[pages.length * PAGE_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(memory);
    header(buffer, name, plan);
    rows.copy(plan.start(), plan.rows(), buffer);
    for (float number : state) {
      buffer.putFloat(number);
    }
    int checksum = checksum(memory, bytes);
    try {
      write(memory, pages);
    } finally {
      Arrays.fill(memory, (byte) 0); // so that no user's rows wait for the garbage collector
    }
    return new StoredChunk(end, hash, bytes, checksum, state.length, pages);
  }

  private static void header(ByteBuffer buffer, EntryName name, StoredChunk chunk) {
    buffer.order(ByteOrder.BIG_ENDIAN).putLong(MAGIC);
    name.user().write(buffer);
    name.model().write(buffer);
    chunk.hash().write(buffer);
    buffer.putInt(chunk.start()).putInt(chunk.end()).putInt(chunk.stateSize());
  }

  /**
   * Reads a chunk and verifies it.
   *
   * @return the chunk with its position at the rows, or an empty buffer if the bytes are not those
   *     of the chunk
   */
  ByteBuffer read(EntryName name, StoredChunk chunk) throws IOException {
    byte[] memory = new byte[chunk.pages().length * PAGE_BYTES];
    int from = 0;
    while (from < chunk.pages().length) {
      int count = run(chunk.pages(), from);
      ByteBuffer target = ByteBuffer.wrap(memory, from * PAGE_BYTES, count * PAGE_BYTES);
      disk.read(target, position(chunk.pages()[from]));
      from += count;
    }
    ByteBuffer expected = ByteBuffer.allocate(HEADER_BYTES);
    header(expected, name, chunk);
    boolean right =
        Arrays.equals(memory, 0, HEADER_BYTES, expected.array(), 0, HEADER_BYTES)
            && checksum(memory, chunk.bytes()) == chunk.checksum();
    return right ? ByteBuffer.wrap(memory).position(HEADER_BYTES) : ByteBuffer.allocate(0);
  }

  /** Returns the state of a chunk that was read, whose rows have {@code rowBytes} bytes. */
  static float[] state(ByteBuffer chunk, int rowBytes, int stateSize) {
    float[] state = new float[stateSize];
    ByteBuffer numbers = chunk.duplicate().order(ByteOrder.BIG_ENDIAN);
    numbers.position(HEADER_BYTES + rowBytes);
    numbers.asFloatBuffer().get(state);
    return state;
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

  /** Returns how many pages, from an index on, follow each other in the file. */
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
