package io.unipin.feedlog.infer;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.source.ContentKind;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceFile;
import io.unipin.feedlog.source.Unpacked;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files with the same columns. Immutable.
 *
 * <p>Reads at most {@link #HEAD_BYTES} bytes and {@link #HEAD_ROWS} rows of the first file. If this
 * file is larger and not compressed, half of the rows come from later parts of the file. The first
 * rows alone may have only one user, for example in a file that is sorted by user.
 *
 * @param name path or pattern of the files, relative to their folder
 * @param source how a mapping names and reads the files
 * @param bytes bytes of all files on the disk
 */
public record DataTable(
    String name, SourceText source, TableProfile profile, List<SourceFile> files, long bytes) {
  /** Largest number of unpacked bytes that are read to infer what a table means. */
  public static final int HEAD_BYTES = 8 << 20;

  /** Largest number of rows that are read to infer what a table means. */
  public static final int HEAD_ROWS = 60_000;

  private static final int LATER_PIECES = 6;
  private static final int PIECE_BYTES = 1 << 19;

  public DataTable {
    files = List.copyOf(files);
  }

  /** Whether the files are delimited text or JSON lines, not Parquet. */
  boolean isText() {
    return !source.format().equals("parquet");
  }

  /** Returns a text that is the same for all tables with the same columns and format. */
  String signature() {
    return source.format() + profile.names();
  }

  /** Reads the beginning of files. */
  static DataTable read(String name, List<SourceFile> files) throws IOException {
    if (files.isEmpty()) {
      throw new InferenceException(name + ": at least one file expected, got none");
    }
    long bytes = 0;
    for (SourceFile file : files) {
      bytes += Files.size(file.path());
    }
    SourceFile first = files.get(0);
    if (ContentKind.of(first.path()) == ContentKind.PARQUET) {
      return ParquetHead.read(name, files, bytes);
    }
    byte[] head = head(first);
    if (head.length == 0) {
      throw new InferenceException(first.name() + ": rows expected, got an empty file");
    }
    boolean packed = ContentKind.of(first.path()) != ContentKind.TEXT;
    boolean whole = head.length < HEAD_BYTES;
    List<byte[]> later = whole || packed ? List.of() : later(first);
    String text = new String(head, 0, Math.min(head.length, 64), StandardCharsets.UTF_8).strip();
    if (text.startsWith("{") || text.startsWith("\uFEFF{")) {
      return new TextHead(name, files, bytes, head, later, packed, whole).json();
    }
    if (text.startsWith("[{") || text.equals("[")) {
      throw new InferenceException(
          first.name()
              + ": one JSON object a line expected, got an array; `jq -c '.[]' FILE > FILE.jsonl` turns it into lines");
    }
    return new TextHead(name, files, bytes, head, later, packed, whole).delimited();
  }

  private static byte[] head(SourceFile file) throws IOException {
    try (Unpacked in = Unpacked.open(file.path())) {
      return in.readNBytes(HEAD_BYTES);
    } catch (SourceException e) {
      throw new InferenceException(file.name() + ": " + e.complaint());
    }
  }

  /** Returns whole lines from several parts of the rest of a file, evenly spread. */
  private static List<byte[]> later(SourceFile file) throws IOException {
    List<byte[]> pieces = new ArrayList<>();
    try (SeekableByteChannel in = Files.newByteChannel(file.path())) {
      long rest = in.size() - HEAD_BYTES;
      for (int at = 1; at <= LATER_PIECES && rest > LATER_PIECES * (long) PIECE_BYTES; at++) {
        ByteBuffer buffer = ByteBuffer.allocate(PIECE_BYTES);
        in.position(HEAD_BYTES + (rest - PIECE_BYTES) * at / LATER_PIECES);
        while (buffer.hasRemaining() && in.read(buffer) >= 0) {
          // A read may fill only a part of the buffer.
        }
        pieces.add(wholeLines(Arrays.copyOf(buffer.array(), buffer.position())));
      }
    }
    return pieces;
  }

  /** Returns the bytes after the first line end, up to the last line end. */
  private static byte[] wholeLines(byte[] bytes) {
    int from = 0;
    while (from < bytes.length && bytes[from] != '\n') {
      from++;
    }
    int to = bytes.length;
    while (to > from && bytes[to - 1] != '\n') {
      to--;
    }
    return Arrays.copyOfRange(bytes, Math.min(from + 1, to), to);
  }

  /** Adds columns to a table and its rows: the columns that names of folders provide. */
  static void addPartition(
      SourceFile file, Map<String, String> columns, List<List<@Nullable String>> rows) {
    file.partition()
        .forEach(
            (column, value) -> {
              if (columns.putIfAbsent(column, DuckSession.identifier(column)) == null) {
                rows.forEach(row -> row.add(value));
              }
            });
  }
}
