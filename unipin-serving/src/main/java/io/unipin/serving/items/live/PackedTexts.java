package io.unipin.serving.items.live;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;

/** A few texts in one array of bytes, in the form that {@link ByteWriter#text} writes. */
final class PackedTexts {
  private static final int USUAL_BYTES = 64;

  private PackedTexts() {}

  static byte[] of(String... texts) {
    ByteWriter packed = new ByteWriter(USUAL_BYTES);
    for (String text : texts) {
      packed.text(text);
    }
    return packed.toByteArray();
  }

  /** Returns the text with this number. Texts are counted from 0. */
  static String text(byte[] packed, int number) {
    ByteReader texts = ByteReader.of(packed);
    for (int i = 0; i < number; i++) {
      texts.skipText();
    }
    return texts.text();
  }
}
