package io.unipin.serving.bytes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads big-endian numbers from bytes that may be cut short or hostile. Not thread-safe.
 *
 * <p>Every method throws {@link MalformedBytesException} rather than reading past the end. Only
 * {@link #bytes} and {@link #text} allocate. A count never exceeds the number of parts that the
 * remaining bytes can hold. So memory is bounded by the input.
 */
public final class ByteReader {
  private static final int VARINT_BITS = 7;
  private static final int LAST_SHIFT = 63;

  private final ByteBuffer bytes;

  private ByteReader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  public static ByteReader of(byte[] bytes) {
    return of(bytes, bytes.length);
  }

  /** Creates a reader of the first bytes of an array. The array is not copied. */
  public static ByteReader of(byte[] bytes, int length) {
    return new ByteReader(ByteBuffer.wrap(bytes, 0, length));
  }

  public byte int8() {
    need(1);
    return bytes.get();
  }

  public int int32() {
    need(Integer.BYTES);
    return bytes.getInt();
  }

  public long int64() {
    need(Long.BYTES);
    return bytes.getLong();
  }

  /** Reads an unsigned number of at most 64 bits, in base 128 with the lowest digit first. */
  public long varint() {
    long value = 0;
    for (int shift = 0; shift <= LAST_SHIFT; shift += VARINT_BITS) {
      byte next = int8();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new MalformedBytesException("a number of at most 64 bits expected, got a longer one");
  }

  /** Reads a signed number with its sign in the lowest bit. */
  public long zigzag() {
    long value = varint();
    return value >>> 1 ^ -(value & 1);
  }

  /**
   * Reads a count of parts that follow.
   *
   * @param leastBytes smallest number of bytes of a part, at least 1
   */
  public int count(int leastBytes) {
    return bounded(varint(), leastBytes);
  }

  /** Reads a count of parts that is written as a 32-bit number. */
  public int count32(int leastBytes) {
    return bounded(int32(), leastBytes);
  }

  private int bounded(long count, int leastBytes) {
    int most = bytes.remaining() / leastBytes;
    if (count < 0 || count > most) {
      throw new MalformedBytesException(
          "at most %s parts expected in %s bytes, got %s"
              .formatted(most, bytes.remaining(), Long.toUnsignedString(count)));
    }
    return (int) count;
  }

  /** Reads this many bytes and returns them in a new array. */
  public byte[] bytes(int count) {
    need(count);
    byte[] read = new byte[count];
    bytes.get(read);
    return read;
  }

  /**
   * Reads a text: first its number of UTF-8 bytes, in the format of {@link #varint}, then these
   * bytes.
   */
  public String text() {
    return new String(bytes(count(1)), StandardCharsets.UTF_8);
  }

  /** Skips a text without decoding it. */
  public void skipText() {
    int length = count(1);
    bytes.position(bytes.position() + length);
  }

  /** Checks that all bytes were read. */
  public void end() {
    if (bytes.hasRemaining()) {
      throw new MalformedBytesException(
          "the end expected, got %s more bytes".formatted(bytes.remaining()));
    }
  }

  private void need(int wanted) {
    if (bytes.remaining() < wanted) {
      throw new MalformedBytesException(
          "%s bytes expected, got %s".formatted(wanted, bytes.remaining()));
    }
  }
}
