package io.unipin.feedlog.source;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/**
 * The unpacked content of a file. Supports gzip, bzip2 and zstd, each with one or more members, and
 * zip with a single file inside.
 *
 * <p>Reads the whole content or fails. Throws {@link SourceException} if the content is cut off,
 * damaged, followed by other data or larger than allowed. Not thread-safe.
 */
public final class Unpacked extends FilterInputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long ALWAYS_ALLOWED_BYTES = 1L << 30;
  private static final long ALLOWED_RATIO = 250;

  private final ContentKind kind;
  private final long maxBytes;
  private long bytes;

  private Unpacked(InputStream in, ContentKind kind, long maxBytes) {
    super(in);
    this.kind = kind;
    this.maxBytes = maxBytes;
  }

  /**
   * Opens a file. The unpacked content may be as large as 250 times the file's size, or 1 GiB if
   * that is more.
   */
  public static Unpacked open(Path file) throws IOException {
    return open(file, Math.max(ALWAYS_ALLOWED_BYTES, ALLOWED_RATIO * Files.size(file)));
  }

  /**
   * Opens a file.
   *
   * @param maxBytes largest unpacked size of a compressed file, in bytes
   */
  public static Unpacked open(Path file, long maxBytes) throws IOException {
    ContentKind kind = ContentKind.of(file);
    Unpacked content = new Unpacked(stream(file, kind), kind, maxBytes);
    if (kind == ContentKind.TEXT || kind == ContentKind.PARQUET) {
      return content;
    }
    content.mark(ContentKind.HEAD_BYTES);
    ContentKind inner = ContentKind.of(content.readNBytes(ContentKind.HEAD_BYTES));
    if (inner != ContentKind.TEXT) {
      content.close();
      throw new SourceException("text inside " + kind + " expected, got " + inner);
    }
    content.reset();
    return content;
  }

  private static InputStream stream(Path file, ContentKind kind) throws IOException {
    if (kind != ContentKind.TEXT && kind != ContentKind.PARQUET && !kind.isUnpacked()) {
      throw new SourceException(
          "plain, gzip, bzip2, zstd or zip of one file expected, got " + kind);
    }
    try {
      return switch (kind) {
        case GZIP -> buffered(new GzipCompressorInputStream(raw(file), true));
        case BZIP2, EMPTY_BZIP2 -> buffered(new BZip2CompressorInputStream(raw(file), true));
        case ZSTD, ZSTD_SKIPPABLE -> buffered(new ZstdCompressorInputStream(raw(file)));
        case ZIP, EMPTY_ZIP -> buffered(ZippedFile.open(file));
        default -> raw(file);
      };
    } catch (IOException e) {
      throw damaged(kind, 0, e);
    }
  }

  private static InputStream raw(Path file) throws IOException {
    return buffered(Files.newInputStream(file));
  }

  private static InputStream buffered(InputStream in) {
    return new BufferedInputStream(in, BUFFER_BYTES);
  }

  private static SourceException damaged(ContentKind kind, long bytes, Throwable cause) {
    return new SourceException(
        "whole "
            + kind
            + " expected, got one that is cut or damaged after "
            + bytes
            + " bytes of content",
        cause);
  }

  /** Returns the file's kind, which says how the file is compressed. */
  public ContentKind kind() {
    return kind;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int read;
    try {
      read = in.read(to, offset, length);
    } catch (IOException | RuntimeException e) { // decoders throw both for damaged data
      if (!kind.isUnpacked()) {
        throw e;
      }
      throw damaged(kind, bytes, e);
    }
    bytes += Math.max(read, 0);
    if (kind.isUnpacked() && bytes > maxBytes) {
      throw new SourceException(
          "at most " + maxBytes + " bytes unpacked expected (max_unpacked_bytes), got more");
    }
    return read;
  }

  @Override
  public synchronized void reset() throws IOException {
    super.reset();
    bytes = 0;
  }
}
