package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.source.DelimitedReader;
import io.unipin.feedlog.source.JsonLinesReader;
import io.unipin.feedlog.source.RowReader;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceFile;
import io.unipin.feedlog.source.SourceRow;
import io.unipin.feedlog.source.TextColumns;
import io.unipin.feedlog.source.TextInput;
import io.unipin.feedlog.source.Unpacked;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Copies chosen rows of text files to one file of comma-separated values. Not thread-safe. */
final class TextCopy {
  private static final int MAX_LINE = 1 << 24;
  private static final int ROWS_BETWEEN_LOOKS_AT_THE_CLOCK = 1024;

  private final DataTable table;
  private final Path target;
  private final long deadline;
  private final UserSample.Refused refused;
  private final List<String> columns;

  /** The columns that are read from a file. The names of folders give the values of the others. */
  private final TextColumns own;

  private long read;
  private long kept;

  /**
   * Creates a copy that is not written yet.
   *
   * @param deadline {@link System#nanoTime} at which the copy ends
   * @param refused gets the rows that an import would refuse
   */
  TextCopy(DataTable table, Path target, long deadline, UserSample.Refused refused) {
    this.table = table;
    this.target = target;
    this.deadline = deadline;
    this.refused = refused;
    this.columns = columns(table);
    Dialect dialect = table.source().dialect();
    // In a JSON object, any column can be a key. In delimited text, the file's own columns come
    // first.
    this.own =
        dialect == null
            ? new TextColumns(columns, true, false)
            : new TextColumns(dialect.names(), false, dialect.header() && !dialect.renamed());
  }

  /** Why a copy ended. */
  enum End {
    /** All rows were read. */
    WHOLE,
    /** The wanted number of rows was copied. */
    ENOUGH,
    /** The deadline has passed. */
    LATE
  }

  /** Chooses rows. */
  interface Chooser {
    /**
     * Whether a row is copied.
     *
     * @param values one value for each column of {@link #columns}
     */
    boolean wants(List<@Nullable String> values);
  }

  /** Returns the columns of a table's files and folders, without values inside JSON objects. */
  static List<String> columns(DataTable table) {
    List<String> names = new ArrayList<>();
    for (ColumnProfile column : table.profile().columns()) {
      if (!column.sql().contains("json_extract_string(")) {
        names.add(column.name());
      }
    }
    return names;
  }

  long read() {
    return read;
  }

  /** Returns how a mapping reads the copy. */
  SourceText source(String name) {
    return new SourceText(name, "text", new Dialect("utf-8", ",", "\"", true, false, columns));
  }

  /** Writes the chosen rows, at most {@code most}. Reads no row after the last chosen row. */
  End write(Chooser chooser, long most) throws IOException {
    kept = 0;
    try (BufferedWriter out = Files.newBufferedWriter(target, StandardCharsets.UTF_8)) {
      line(new ArrayList<>(columns), out);
      for (SourceFile file : table.files()) {
        try (RowReader rows = open(file)) {
          End end = copy(file, rows, chooser, most, out);
          if (end != End.WHOLE) {
            return end;
          }
        } catch (SourceException e) {
          throw new InferenceException(file.name() + ": " + e.complaint());
        }
      }
    }
    return End.WHOLE;
  }

  private End copy(SourceFile file, RowReader rows, Chooser chooser, long most, BufferedWriter out)
      throws IOException {
    if (dialect() != null && dialect().header()) {
      Optional<SourceRow> first = rows.next();
      if (own.header()) {
        first.ifPresent(own::requireSame);
      }
    }
    for (Optional<SourceRow> row = rows.next(); row.isPresent(); row = rows.next()) {
      if (++read % ROWS_BETWEEN_LOOKS_AT_THE_CLOCK == 0 && System.nanoTime() > deadline) {
        return End.LATE;
      }
      List<@Nullable String> values = fitting(file, row.get());
      if (values != null && chooser.wants(values)) {
        line(values, out);
        if (++kept >= most) {
          return End.ENOUGH;
        }
      }
    }
    return End.WHOLE;
  }

  /** Returns the values of a row; null if the row is left out. */
  private @Nullable List<@Nullable String> fitting(SourceFile file, SourceRow row) {
    if (own.isBlank(row)) {
      return null;
    }
    Optional<String> fault = own.fault(row);
    if (fault.isPresent()) {
      refused.add(file.name(), row, fault.get());
      return null;
    }
    return values(own.values(row), file);
  }

  /**
   * Returns a value for each column. If the file lacks a column, the name of one of its folders
   * gives the value.
   */
  private List<@Nullable String> values(List<@Nullable String> own, SourceFile file) {
    List<@Nullable String> values = new ArrayList<>(own);
    for (int at = 0; at < columns.size(); at++) {
      boolean absent = at >= own.size() || (dialect() == null && own.get(at) == null);
      String value = absent ? file.partition().get(columns.get(at)) : null;
      if (at >= own.size()) {
        values.add(value);
      } else if (absent) {
        values.set(at, value);
      }
    }
    return values;
  }

  private @Nullable Dialect dialect() {
    return table.source().dialect();
  }

  private RowReader open(SourceFile file) throws IOException {
    Dialect dialect = dialect();
    Unpacked content = Unpacked.open(file.path());
    if (dialect == null) {
      return new JsonLinesReader(TextInput.of(content, null), MAX_LINE, columns);
    }
    return new DelimitedReader(
        TextInput.of(content, dialect.charset()),
        new DelimitedReader.Format(dialect.delimiter(), dialect.quote(), MAX_LINE));
  }

  private static void line(List<@Nullable String> values, BufferedWriter out) throws IOException {
    for (int at = 0; at < values.size(); at++) {
      if (at > 0) {
        out.write(',');
      }
      String value = values.get(at);
      if (value == null) {
        continue;
      }
      boolean quoted = false;
      for (int i = 0; i < value.length() && !quoted; i++) {
        char c = value.charAt(i);
        quoted = c == ',' || c == '"' || c == '\n' || c == '\r' || c == ' ';
      }
      out.write(quoted ? '"' + value.replace("\"", "\"\"") + '"' : value);
    }
    out.write('\n');
  }
}
