package io.unipin.cli.items;

import io.unipin.cli.console.CommandException;
import io.unipin.feedlog.source.DelimitedReader;
import io.unipin.feedlog.source.JsonLinesReader;
import io.unipin.feedlog.source.RowReader;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceRow;
import io.unipin.feedlog.source.TextInput;
import io.unipin.feedlog.source.Unpacked;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The items of a text file, plain or compressed. Delimited text has a header row; JSON lines have
 * one object per line.
 */
final class TextItems implements ItemRows {
  private static final int MAX_LINE_CHARACTERS = 1 << 20;

  private final String file;
  private final RowReader rows;
  private final List<String> columns;
  private final boolean json;

  private TextItems(String file, RowReader rows, List<String> columns, boolean json) {
    this.file = file;
    this.rows = rows;
    this.columns = columns;
    this.json = json;
  }

  /**
   * Opens a file. {@code name} is the file's name in lower case, without the suffix of a
   * compression.
   */
  static TextItems open(Path path, String name) throws IOException {
    String file = String.valueOf(path.getFileName());
    return name.matches(".*\\.(json|jsonl|ndjson)")
        ? json(path, file)
        : delimited(path, file, name.endsWith(".csv"));
  }

  private static TextItems json(Path path, String file) throws IOException {
    List<String> columns;
    try (TextInput in = text(path)) {
      columns = JsonLinesReader.columns(in, MAX_LINE_CHARACTERS, List.of());
    }
    ItemRows.requireId(file, columns);
    return new TextItems(
        file, new JsonLinesReader(text(path), MAX_LINE_CHARACTERS, columns), columns, true);
  }

  private static TextItems delimited(Path path, String file, boolean csv) throws IOException {
    DelimitedReader.Format format =
        new DelimitedReader.Format(csv ? "," : "\t", csv ? "\"" : "", MAX_LINE_CHARACTERS);
    RowReader rows = new DelimitedReader(text(path), format);
    boolean headed = false;
    try {
      List<String> columns = header(file, rows);
      headed = true;
      return new TextItems(file, rows, columns, false);
    } finally {
      if (!headed) {
        rows.close();
      }
    }
  }

  private static TextInput text(Path path) throws IOException {
    return TextInput.of(Unpacked.open(path), null);
  }

  private static List<String> header(String file, RowReader rows) throws IOException {
    SourceRow first =
        rows.next()
            .orElseThrow(() -> new CommandException(file + ": a header row expected, got none"));
    if (first.fault().isPresent()) {
      throw new CommandException(file + ": a header row expected: " + first.fault().get());
    }
    List<String> columns = first.values().stream().map(String::valueOf).toList();
    ItemRows.requireId(file, columns);
    if (new HashSet<>(columns).size() < columns.size()) {
      throw new CommandException(file + ": columns with distinct names expected, got " + columns);
    }
    return columns;
  }

  @Override
  public Optional<ItemRow> next() throws IOException {
    try {
      for (Optional<SourceRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        if (!isBlank(row.get())) {
          return Optional.of(read(row.get()));
        }
      }
      return Optional.empty();
    } catch (SourceException e) {
      throw new CommandException(file + ": " + e.complaint(), e);
    }
  }

  private boolean isBlank(SourceRow row) {
    return !json && row.values().size() == 1 && "".equals(row.values().get(0));
  }

  private ItemRow read(SourceRow row) {
    String place = file + " line " + row.line();
    if (row.fault().isPresent()) {
      return ItemRow.refused(place, row.fault().get());
    }
    List<@Nullable String> values = row.values();
    if (values.size() != columns.size()) {
      return ItemRow.refused(
          place, "%s columns expected, got %s".formatted(columns.size(), values.size()));
    }
    ItemValues item = new ItemValues(place);
    for (int i = 0; i < columns.size(); i++) {
      String value = values.get(i);
      item.set(columns.get(i), !json && "".equals(value) ? null : value);
    }
    return item.row();
  }

  @Override
  public long total() {
    return -1;
  }

  @Override
  public List<String> unread() {
    return columns.stream().filter(column -> !COLUMNS.contains(column)).toList();
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
