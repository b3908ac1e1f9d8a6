package io.unipin.serving.bytes;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the format that {@link ByteReader} reads. Not thread-safe. */
public final class ByteWriter {
  private final ByteArrayOutputStream out;

  /**
   * Creates a writer with room for {@code expectedBytes}. The room grows without limit when more
   * bytes are written.
   */
  public ByteWriter(int expectedBytes) {
    this.out = new ByteArrayOutputStream(expectedBytes);
  }

  public ByteWriter int8(int value) {
    out.write(value);
    return this;
  }

  public ByteWriter int32(int value) {
    return bigEndian(value, Integer.SIZE);
  }

  public ByteWriter int64(long value) {
    return bigEndian(value, Long.SIZE);
  }

  private ByteWriter bigEndian(long value, int bits) {
    for (int shift = bits - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.write((int) (value >>> shift));
    }
    return this;
  }

  /** Writes an unsigned number in base 128 with the lowest digit first. */
  public ByteWriter varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  /** Writes a signed number with its sign in the lowest bit. A number near zero takes few bytes. */
  public ByteWriter zigzag(long value) {
    return varint(value << 1 ^ value >> 63);
  }

  public ByteWriter bytes(byte[] value) {
    out.writeBytes(value);
    return this;
  }

  /**
   * Writes a text: first its number of UTF-8 bytes, in the format of {@link #varint}, then these
   * bytes.
   */
  public ByteWriter text(String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    return varint(encoded.length).bytes(encoded);
  }

  public byte[] toByteArray() {
    return out.toByteArray();
  }
}
