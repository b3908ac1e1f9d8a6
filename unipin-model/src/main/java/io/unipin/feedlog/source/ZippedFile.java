package io.unipin.feedlog.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The single file inside a zip. The checksum of the file is verified when its end is read. */
final class ZippedFile extends FilterInputStream {
  private final ZipFile zip;
  private final CheckedInputStream checked;
  private final ZipEntry entry;
  private long bytes;

  private ZippedFile(ZipFile zip, CheckedInputStream checked, ZipEntry entry) {
    super(checked);
    this.zip = zip;
    this.checked = checked;
    this.entry = entry;
  }

  static ZippedFile open(Path file) throws IOException {
    ZipFile zip = new ZipFile(file.toFile());
    boolean opened = false;
    try {
      ZipEntry entry = only(zip);
      CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
      opened = true;
      return new ZippedFile(zip, in, entry);
    } finally {
      if (!opened) {
        zip.close();
      }
    }
  }

  private static ZipEntry only(ZipFile zip) {
    if (zip.getEntry("[Content_Types].xml") != null) {
      throw new SourceException("text or Parquet expected, got an office document");
    }
    List<? extends ZipEntry> files =
        zip.stream()
            .filter(entry -> !entry.isDirectory() && !entry.getName().startsWith("__MACOSX/"))
            .toList();
    if (files.size() != 1) {
      String names =
          String.join(", ", files.stream().limit(5).map(f -> Shown.value(f.getName())).toList());
      throw new SourceException(
          "one file in the zip expected, got %s (%s); unpack it".formatted(files.size(), names));
    }
    return files.get(0);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int read = in.read(to, offset, length);
    bytes += Math.max(read, 0);
    boolean ends = read < 0;
    if (ends && (checked.getChecksum().getValue() != entry.getCrc() || bytes != entry.getSize())) {
      throw new ZipException("checksum");
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    super.close();
    zip.close();
  }
}
