package io.unipin.feedlog.infer;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.source.ContentKind;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceFile;
import io.unipin.feedlog.source.Unpacked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files with the same columns. Immutable.
 *
 * <p>Reads at most {@link #HEAD_BYTES} bytes and {@link #HEAD_ROWS} rows of the first file.
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
    String text = new String(head, 0, Math.min(head.length, 64), StandardCharsets.UTF_8).strip();
    if (text.startsWith("{") || text.startsWith("\uFEFF{")) {
      return new TextHead(name, files, bytes, head, packed, whole).json();
    }
    if (text.startsWith("[{") || text.equals("[")) {
      throw new InferenceException(
          first.name()
              + ": one JSON object a line expected, got an array; `jq -c '.[]' FILE > FILE.jsonl` turns it into lines");
    }
    return new TextHead(name, files, bytes, head, packed, whole).delimited();
  }

  private static byte[] head(SourceFile file) throws IOException {
    try (Unpacked in = Unpacked.open(file.path())) {
      return in.readNBytes(HEAD_BYTES);
    } catch (SourceException e) {
      throw new InferenceException(file.name() + ": " + e.complaint());
    }
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
