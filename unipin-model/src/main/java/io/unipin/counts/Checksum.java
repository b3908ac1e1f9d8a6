package io.unipin.counts;

import io.unipin.feedlog.Catalogue;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes SHA-256 in lower-case hexadecimal digits. */
final class Checksum {
  private Checksum() {}

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String text(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  static String of(String text) {
    MessageDigest digest = digest();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return text(digest);
  }

  /** Returns the checksum of everything that a stream still holds. */
  static String of(InputStream in) throws IOException {
    MessageDigest digest = digest();
    try (DigestInputStream reading = new DigestInputStream(in, digest)) {
      reading.transferTo(OutputStream.nullOutputStream());
    }
    return text(digest);
  }

  /** Returns the checksum of a catalogue's item ids, in the order of the rows. */
  static String of(Catalogue catalogue) {
    MessageDigest digest = digest();
    ByteBuffer id = ByteBuffer.allocate(Long.BYTES);
    for (int row = 0; row < catalogue.size(); row++) {
      digest.update(id.putLong(0, catalogue.id(row)).array());
    }
    return text(digest);
  }
}
