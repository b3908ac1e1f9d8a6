package io.unipin.feedlog.arrays;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Texts by row, and a hash table with linear probing that finds the row of a text. All texts are
 * distinct. A row may lack a text.
 *
 * <p>All texts share one array of UTF-8 bytes. A million texts of 36 bytes take 48 MB. Immutable.
 */
public final class TextRows {
  private static final int ABSENT = -1;

  /** The longest array that every JVM can allocate. */
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private final byte[] bytes;

  /** (rows + 1) the start of each row's text in {@link #bytes}; empty when no row has a text. */
  private final int[] starts;

  private final int[] slots;

  private TextRows(byte[] bytes, int[] starts, int[] slots) {
    this.bytes = bytes;
    this.starts = starts;
    this.slots = slots;
  }

  /**
   * Creates the table.
   *
   * @param texts returns the text of a row; empty if the row has no text
   * @throws IllegalArgumentException when two rows have the same text, or the texts together take 2
   *     GiB or more
   */
  public static TextRows of(int rows, IntFunction<String> texts) {
    int[] starts = new int[rows + 1];
    int count = 0;
    long total = 0;
    for (int row = 0; row < rows; row++) {
      int length = utf8(texts.apply(row)).length;
      count += length == 0 ? 0 : 1;
      total += length;
      if (total > MAX_BYTES) {
        throw new IllegalArgumentException(
            "texts of at most %s bytes together expected, got more at row %s"
                .formatted(MAX_BYTES, row));
      }
      starts[row + 1] = (int) total;
    }
    int[] slots = new int[Integer.highestOneBit(Math.max(1, Math.min(count, 1 << 28))) * 4];
    Arrays.fill(slots, ABSENT);
    TextRows table = new TextRows(new byte[(int) total], count == 0 ? new int[0] : starts, slots);
    for (int row = 0; row < rows; row++) {
      table.put(utf8(texts.apply(row)), row);
    }
    return table;
  }

  private void put(byte[] text, int row) {
    if (text.length == 0) {
      return;
    }
    int slot = slot(text);
    if (slots[slot] != ABSENT) {
      throw new IllegalArgumentException(
          "a text that no other row has expected, got '%s' at rows %s and %s"
              .formatted(new String(text, StandardCharsets.UTF_8), slots[slot], row));
    }
    System.arraycopy(text, 0, bytes, starts[row], text.length);
    slots[slot] = row;
  }

  /** Returns the row of a text, or -1 when no row has it. */
  public int get(String text) {
    return slots[slot(utf8(text))];
  }

  /** Returns the text of a row; empty when the row has none. */
  public String text(int row) {
    return starts.length == 0
        ? ""
        : new String(bytes, starts[row], starts[row + 1] - starts[row], StandardCharsets.UTF_8);
  }

  /** Returns the number of bytes of all arrays. */
  public long heapBytes() {
    return bytes.length + (long) Integer.BYTES * (starts.length + slots.length);
  }

  private int slot(byte[] text) {
    long hash = 0;
    for (byte each : text) {
      hash = (hash ^ each) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    int mask = slots.length - 1;
    int slot = (int) (hash >>> 32) & mask;
    while (slots[slot] != ABSENT && !holds(slots[slot], text)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean holds(int row, byte[] text) {
    return Arrays.equals(bytes, starts[row], starts[row + 1], text, 0, text.length);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
