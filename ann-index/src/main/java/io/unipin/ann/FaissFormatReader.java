package io.unipin.ann;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the little-endian data that FAISS writes. The reader never reads more than the given
 * number of bytes. Not thread-safe.
 */
final class FaissFormatReader {
  private final InputStream in;
  private long remaining;

  /** @param bytes the number of bytes of the stream */
  FaissFormatReader(InputStream in, long bytes) {
    this.in = in;
    this.remaining = bytes;
  }

  long remaining() {
    return remaining;
  }

  /** Reads a tag: four letters that name the kind of the data that follows. */
  String tag() {
    return new String(bytes(4).array(), StandardCharsets.ISO_8859_1);
  }

  int int32() {
    return bytes(Integer.BYTES).getInt();
  }

  long int64() {
    return bytes(Long.BYTES).getLong();
  }

  float float32() {
    return bytes(Float.BYTES).getFloat();
  }

  /** Returns {@code value}. Refuses a value outside {@code least} to {@code most}. */
  int within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s of %s to %s expected, got %s".formatted(what, least, most, value));
    }
    return (int) value;
  }

  boolean flag(String what) {
    return within(what, bytes(1).get(), 0, 1) == 1;
  }

  /** Reads the number of elements of a table. This number precedes the elements. */
  int length(String what, int elementBytes) {
    return within(
        "length of " + what, int64(), 0, Math.min(remaining / elementBytes, Integer.MAX_VALUE));
  }

  /** Skips a table that must have {@code expected} elements. */
  void table(String what, int elementBytes, long expected) {
    equal("length of " + what, expected, length(what, elementBytes));
    skip(expected * elementBytes);
  }

  /** Skips a table with any number of elements. */
  void table(String what, int elementBytes) {
    skip((long) length(what, elementBytes) * elementBytes);
  }

  long[] longs(String what) {
    long[] values = new long[length(what, Long.BYTES)];
    fill(values);
    return values;
  }

  int[] ints(String what) {
    int[] values = new int[length(what, Integer.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = int32();
    }
    return values;
  }

  /** Reads the next 64-bit numbers into an array. */
  void fill(long[] values) {
    ByteBuffer bytes = bytes(Math.multiplyExact(values.length, Long.BYTES));
    bytes.asLongBuffer().get(values);
  }

  void equal(String what, long expected, long got) {
    if (expected != got) {
      throw new IllegalArgumentException("%s %s expected, got %s".formatted(what, expected, got));
    }
  }

  void skip(long count) {
    take(count);
    try {
      in.skipNBytes(count);
    } catch (IOException e) {
      throw ended(e);
    }
  }

  private ByteBuffer bytes(int count) {
    take(count);
    try {
      byte[] read = in.readNBytes(count);
      if (read.length != count) {
        throw ended(null);
      }
      return ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw ended(e);
    }
  }

  private void take(long count) {
    if (count > remaining) {
      throw ended(null);
    }
    remaining -= count;
  }

  private static IllegalArgumentException ended(@Nullable Throwable cause) {
    String message = "more bytes of the index expected, got its end";
    return cause == null
        ? new IllegalArgumentException(message)
        : new IllegalArgumentException(message, cause);
  }
}
