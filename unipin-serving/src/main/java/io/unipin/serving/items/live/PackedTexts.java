package io.unipin.serving.items.live;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A few texts in one array of bytes. Each text is its number of UTF-8 bytes in base 128 with the
 * lowest digit first, followed by these bytes.
 */
final class PackedTexts {
  private static final int DIGIT_BITS = 7;
  private static final int DIGIT = (1 << DIGIT_BITS) - 1;

  /** The bit of a digit that another one follows. */
  private static final int MORE = 1 << DIGIT_BITS;

  private PackedTexts() {}

  static byte[] of(String... texts) {
    byte[][] encoded = new byte[texts.length][];
    int length = 0;
    for (int i = 0; i < texts.length; i++) {
      encoded[i] = texts[i].getBytes(StandardCharsets.UTF_8);
      length += digits(encoded[i].length) + encoded[i].length;
    }
    ByteBuffer packed = ByteBuffer.allocate(length);
    for (byte[] text : encoded) {
      int rest = text.length;
      for (; rest > DIGIT; rest >>>= DIGIT_BITS) {
        packed.put((byte) (rest | MORE));
      }
      packed.put((byte) rest).put(text);
    }
    return packed.array();
  }

  private static int digits(int length) {
    int digits = 1;
    for (int rest = length; rest > DIGIT; rest >>>= DIGIT_BITS) {
      digits++;
    }
    return digits;
  }

  /** Returns the text with this number, counted from 0. */
  static String text(byte[] packed, int number) {
    ByteBuffer bytes = ByteBuffer.wrap(packed);
    int length = length(bytes);
    for (int i = 0; i < number; i++) {
      bytes.position(bytes.position() + length);
      length = length(bytes);
    }
    return length == 0 ? "" : new String(packed, bytes.position(), length, StandardCharsets.UTF_8);
  }

  private static int length(ByteBuffer bytes) {
    int length = 0;
    int shift = 0;
    byte digit = bytes.get();
    for (; digit < 0; digit = bytes.get()) {
      length |= (digit & DIGIT) << shift;
      shift += DIGIT_BITS;
    }
    return length | (digit << shift);
  }
}
