package io.unipin.feedlog.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kind of a file's content. The file's first bytes decide it, never the file's name. */
public enum ContentKind {
  GZIP("gzip", "1f8b"),
  BZIP2("bzip2", "425a68..314159265359"),
  EMPTY_BZIP2("bzip2", "425a68..177245385090"),
  ZIP("zip", "504b0304"),
  EMPTY_ZIP("zip", "504b0506"),
  ZSTD("zstd", "28b52ffd"),
  ZSTD_SKIPPABLE("zstd", "5.2a4d18"),
  XZ("xz", "fd377a585a00"),
  LZ4("lz4", "04224d18"),
  SEVEN_ZIP("7z", "377abcaf271c"),
  SNAPPY("snappy", "ff060000734e61507059"),
  COMPRESS("compress (.Z)", "1f9d"),
  RAR("rar", "526172211a07"),
  /**
   * The fifth byte begins a Thrift structure. The byte never occurs in text, so no text is taken
   * for Parquet.
   */
  PARQUET("Parquet", "5041523115"),
  AVRO("Avro", "4f626a01"),
  ARROW("Arrow", "4152524f57310000"),
  SQLITE("SQLite", "53514c69746520666f726d6174203300"),
  HDF5("HDF5", "894844460d0a1a0a"),
  NUMPY("NumPy", "934e554d5059"),
  PICKLE("Python pickle", "8004"),
  PICKLE_5("Python pickle", "8005"),
  TEXT("text", "");

  /** Number of bytes at the beginning of a file that suffice to recognise every kind. */
  public static final int HEAD_BYTES = 16;

  private final String described;
  private final String magic;

  /**
   * Creates a kind. {@code magic} is its first bytes in hexadecimal digits; a dot stands for any
   * digit.
   */
  ContentKind(String described, String magic) {
    this.described = described;
    this.magic = magic;
  }

  /** Returns the kind of content that begins with these bytes. */
  public static ContentKind of(byte[] head) {
    StringBuilder digits = new StringBuilder();
    for (byte each : head) {
      digits
          .append(Character.forDigit(each >> 4 & 15, 16))
          .append(Character.forDigit(each & 15, 16));
    }
    for (ContentKind kind : values()) {
      if (kind.begins(digits)) {
        return kind;
      }
    }
    return TEXT;
  }

  /** Returns the kind of a file. The kind of a compressed file is its compression. */
  public static ContentKind of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return of(in.readNBytes(HEAD_BYTES));
    }
  }

  private boolean begins(CharSequence digits) {
    if (digits.length() < magic.length()) {
      return false;
    }
    for (int i = 0; i < magic.length(); i++) {
      if (magic.charAt(i) != '.' && magic.charAt(i) != digits.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether this kind is a compression that {@link Unpacked} can unpack. */
  boolean isUnpacked() {
    return switch (this) {
      case GZIP, BZIP2, EMPTY_BZIP2, ZIP, EMPTY_ZIP, ZSTD, ZSTD_SKIPPABLE -> true;
      default -> false;
    };
  }

  @Override
  public String toString() {
    return described;
  }
}
