package io.unipin.serving.items.live;

import io.unipin.feedlog.FeedLog;
import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;

/**
 * Two times and a few texts of an item in one array of bytes, in the forms that {@link ByteWriter}
 * writes. An unknown time takes one byte, where a field of an object takes eight.
 */
final class PackedFields {
  private static final int USUAL_BYTES = 64;

  private PackedFields() {}

  /**
   * Packs fields.
   *
   * @param createdMs at least 0, or {@link FeedLog#NO_TIME}
   * @param expiresMs at least 0
   */
  static byte[] of(long createdMs, long expiresMs, String... texts) {
    ByteWriter packed = new ByteWriter(USUAL_BYTES);
    packed.varint(createdMs == FeedLog.NO_TIME ? 0 : createdMs + 1).varint(expiresMs);
    for (String text : texts) {
      packed.text(text);
    }
    return packed.toByteArray();
  }

  static long createdMs(byte[] packed) {
    long written = ByteReader.of(packed).varint();
    return written == 0 ? FeedLog.NO_TIME : written - 1;
  }

  static long expiresMs(byte[] packed) {
    ByteReader fields = ByteReader.of(packed);
    fields.varint();
    return fields.varint();
  }

  /** Returns the text with this number. Texts are counted from 0. */
  static String text(byte[] packed, int number) {
    ByteReader fields = ByteReader.of(packed);
    fields.varint();
    fields.varint();
    for (int i = 0; i < number; i++) {
      fields.skipText();
    }
    return fields.text();
  }
}
