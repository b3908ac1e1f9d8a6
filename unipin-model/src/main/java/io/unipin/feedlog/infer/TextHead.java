package io.unipin.feedlog.infer;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.source.DelimitedReader;
import io.unipin.feedlog.source.JsonLinesReader;
import io.unipin.feedlog.source.RowReader;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceFile;
import io.unipin.feedlog.source.SourceRow;
import io.unipin.feedlog.source.TextInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of text files.
 *
 * @param bytes bytes of all files on the disk
 * @param later whole lines from later parts of the first file; empty if this file is small or
 *     compressed
 * @param packed whether the files are compressed
 * @param whole whether {@code head} is the whole first file
 */
record TextHead(
    String name,
    List<SourceFile> files,
    long bytes,
    byte[] head,
    List<byte[]> later,
    boolean packed,
    boolean whole) {
  private static final int MAX_LINE = 1 << 24;

  /** Assumed number of unpacked bytes per byte of a compressed file, if the ratio is unknown. */
  private static final int UNPACKS = 4;

  DataTable delimited() throws IOException {
    Dialect dialect = DialectSniffer.sniff(head);
    DelimitedReader.Format format;
    try {
      format = new DelimitedReader.Format(dialect.delimiter(), dialect.quote(), MAX_LINE);
    } catch (IllegalArgumentException e) {
      throw new InferenceException(name + ": delimited text expected: " + e.getMessage());
    }
    int columns = dialect.names().size();
    List<List<@Nullable String>> rows = new ArrayList<>();
    // A piece of UTF-16 text could begin inside a character.
    List<byte[]> pieces = dialect.encoding().equals("utf-16") ? List.of() : later;
    int first = pieces.isEmpty() ? DataTable.HEAD_ROWS : DataTable.HEAD_ROWS / 2;
    long used;
    try (RowReader reader = new DelimitedReader(input(head, dialect.charset()), format)) {
      used = read(reader, columns, dialect.header(), first, rows);
    }
    double perByte = (double) rows.size() / Math.max(1, used);
    for (byte[] piece : pieces) {
      try (RowReader reader = new DelimitedReader(input(piece, dialect.charset()), format)) {
        read(reader, columns, false, laterRows(), rows);
      }
    }
    SourceText source = new SourceText(name, "text", dialect);
    return table(source, dialect.names(), rows, perByte);
  }

  /** Returns the number of rows that are read from each later piece. */
  private int laterRows() {
    return DataTable.HEAD_ROWS / 2 / later.size();
  }

  DataTable json() throws IOException {
    byte[] lines = whole ? head : Arrays.copyOf(head, lastLine());
    List<String> columns = JsonLinesReader.columns(input(lines, null), MAX_LINE, List.of());
    List<List<@Nullable String>> rows = new ArrayList<>();
    int first = later.isEmpty() ? DataTable.HEAD_ROWS : DataTable.HEAD_ROWS / 2;
    long used;
    try (RowReader reader = new JsonLinesReader(input(lines, null), MAX_LINE, columns)) {
      used = read(reader, columns.size(), false, first, rows);
    }
    double perByte = (double) rows.size() / Math.max(1, used);
    for (byte[] piece : later) {
      try (RowReader reader = new JsonLinesReader(input(piece, null), MAX_LINE, columns)) {
        read(reader, columns.size(), false, laterRows(), rows);
      }
    }
    return table(new SourceText(name, "json", null), columns, rows, perByte);
  }

  private int lastLine() {
    int end = head.length;
    while (end > 0 && head[end - 1] != '\n') {
      end--;
    }
    return end == 0 ? head.length : end;
  }

  private static TextInput input(byte[] text, @Nullable Charset charset) throws IOException {
    return TextInput.of(new ByteArrayInputStream(text), charset);
  }

  /** Reads at most {@code most} rows, and returns the approximate number of bytes that they took. */
  private long read(
      RowReader reader, int columns, boolean header, int most, List<List<@Nullable String>> rows)
      throws IOException {
    int before = rows.size();
    boolean skip = header;
    boolean ended = false;
    try {
      while (rows.size() < before + most && !ended) {
        Optional<SourceRow> row = reader.next();
        ended = row.isEmpty();
        if (row.isPresent() && !skip && row.get().fault().isEmpty()) {
          List<@Nullable String> values = row.get().values();
          if (values.size() >= columns) {
            rows.add(new ArrayList<>(values.subList(0, columns)));
          }
        }
        skip = false;
      }
    } catch (SourceException e) {
      ended = true; // the text ends inside a quoted value
    }
    if (ended && !whole && rows.size() > before + 1) {
      rows.remove(rows.size() - 1); // the last row may be cut
    }
    return ended ? head.length : characters(rows);
  }

  private static long characters(List<List<@Nullable String>> rows) {
    long characters = 0;
    for (List<@Nullable String> row : rows) {
      for (String value : row) {
        characters += 1 + (value == null ? 0 : value.length());
      }
    }
    return characters;
  }

  /**
   * Returns the table of these rows.
   *
   * @param perByte number of rows per unpacked byte
   */
  private DataTable table(
      SourceText source, List<String> names, List<List<@Nullable String>> rows, double perByte) {
    if (rows.isEmpty()) {
      throw new InferenceException(name + ": rows of data expected, got none");
    }
    Map<String, String> columns = new LinkedHashMap<>();
    names.forEach(column -> columns.put(column, DuckSession.identifier(column)));
    DataTable.addPartition(files.get(0), columns, rows);
    double unpacked = packed && !whole ? (double) bytes * UNPACKS : bytes;
    boolean exact = whole && files.size() == 1 && rows.size() < DataTable.HEAD_ROWS;
    long estimated =
        exact ? rows.size() : Math.max(rows.size() + 1, Math.round(unpacked * perByte));
    return new DataTable(
        name, source, JsonColumns.profile(name, columns, rows, estimated), files, bytes);
  }
}
