package io.unipin.feedlog;

import io.unipin.feedlog.database.DuckComplaint;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.source.ContentKind;
import io.unipin.feedlog.source.Shown;
import io.unipin.feedlog.source.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans the files of one table after checking their columns. Builds the SQL that selects from these
 * files, and names file and row in a complaint.
 */
final class TableScan {
  private static final Logger logger = LoggerFactory.getLogger(TableScan.class);

  private final DuckSession session;
  private final FeedTable table;
  private final List<SourceFile> files;

  /** Names of the columns that at least one file has. */
  private final Set<String> present;

  private TableScan(
      DuckSession session, FeedTable table, List<SourceFile> files, Set<String> present) {
    this.session = session;
    this.table = table;
    this.files = files;
    this.present = present;
  }

  /** Checks the columns of every file before any row is read. */
  static TableScan of(DuckSession session, FeedTable table, List<SourceFile> files) {
    Set<String> present = new HashSet<>();
    for (SourceFile file : files) {
      present.addAll(check(session, table, file));
    }
    return new TableScan(session, table, files, present);
  }

  private static Set<String> check(DuckSession session, FeedTable table, SourceFile file) {
    List<DuckSession.Column> found = new ArrayList<>(describe(session, file));
    Set<String> names = new HashSet<>();
    found.forEach(column -> names.add(column.name()));
    Set<String> stored = Set.copyOf(names);
    for (String column : file.partition().keySet()) {
      if (names.add(column)) {
        found.add(new DuckSession.Column(column, typeOf(table, column)));
      }
    }
    List<String> ignored =
        found.stream().map(DuckSession.Column::name).filter(name -> !isKnown(table, name)).toList();
    List<String> faults = faults(table, found);
    if (!faults.isEmpty()) {
      throw new FeedLogException(
          file.path().toString(),
          Shown.line(
              "%s; expected %s; found %s"
                  .formatted(faults.get(0), table.described(), list(found))));
    }
    if (!ignored.isEmpty()) {
      logger.info(
          "{}: columns {} are not part of the format and are not read", file.path(), ignored);
    }
    return stored;
  }

  private static List<DuckSession.Column> describe(DuckSession session, SourceFile file) {
    String problem = "not a readable Parquet file: ";
    if (!Files.isRegularFile(file.path())) {
      throw new FeedLogException(file.path().toString(), "no such file");
    }
    try {
      ContentKind kind = ContentKind.of(file.path());
      if (kind != ContentKind.PARQUET) {
        throw new FeedLogException(
            file.path().toString(), problem + "Parquet expected, got " + kind);
      }
      return session.describe("SELECT * FROM " + DuckSession.parquet(List.of(file.path())));
    } catch (SQLException e) {
      throw new FeedLogException(file.path().toString(), problem + DuckComplaint.aboutFile(e), e);
    } catch (IOException e) {
      throw new FeedLogException(file.path().toString(), "a file that can be read expected", e);
    }
  }

  private static boolean isKnown(FeedTable table, String name) {
    return table.columns().stream().anyMatch(known -> known.name().equals(name));
  }

  /** Returns the DuckDB type of a column of the table; VARCHAR for any other column. */
  private static String typeOf(FeedTable table, String name) {
    return table.columns().stream()
        .filter(known -> known.name().equals(name))
        .map(FeedTable.Column::type)
        .findAny()
        .orElse("VARCHAR");
  }

  private static List<String> faults(FeedTable table, List<DuckSession.Column> found) {
    List<String> faults = new ArrayList<>();
    Set<String> names =
        found.stream().map(DuckSession.Column::name).collect(Collectors.toUnmodifiableSet());
    for (FeedTable.Column expected : table.columns()) {
      var match = found.stream().filter(column -> column.name().equals(expected.name())).findAny();
      if (table.lacks(expected, names)) {
        faults.add("column " + expected.name() + " is missing");
      } else if (match.isPresent() && !expected.accepts(match.get().type())) {
        faults.add(
            "column %s is %s, not %s"
                .formatted(expected.name(), match.get().type(), expected.type()));
      }
    }
    return faults;
  }

  private static String list(List<DuckSession.Column> columns) {
    return String.join(", ", columns.stream().map(DuckSession.Column::toString).toList());
  }

  /** Whether some rows may name their items by key. */
  boolean hasKeys() {
    String column = table.keyColumn();
    return present.contains(column)
        || files.stream().anyMatch(file -> file.partition().containsKey(column));
  }

  /**
   * Returns an SQL expression for a column, whose values come from files or folder names. If
   * neither has the column, the expression is a null of the column's type.
   */
  String column(String name) {
    String type = typeOf(table, name);
    boolean inFolders = files.stream().anyMatch(file -> file.partition().containsKey(name));
    if (!inFolders) {
      return present.contains(name) ? name : "NULL::" + type;
    }
    String folders =
        files.stream()
            .map(file -> file.partition().get(name))
            .map(value -> value == null ? "NULL" : DuckSession.literal(value))
            .collect(
                Collectors.joining(", ", "([", "]::VARCHAR[])[file_index::BIGINT + 1]::" + type));
    return present.contains(name) ? "coalesce(" + name + ", " + folders + ")" : folders;
  }

  /**
   * Returns the SQL table expression over all files. It has the table's columns, file_index and
   * file_row_number. Indices and row numbers start at 0.
   */
  String from() {
    String columns =
        table.columns().stream()
            .map(column -> column(column.name()) + " AS " + column.name())
            .collect(Collectors.joining(", "));
    return "(SELECT %s, file_index, file_row_number FROM %s)"
        .formatted(columns, DuckSession.parquet(paths()));
  }

  private List<Path> paths() {
    return files.stream().map(SourceFile::path).toList();
  }

  /** Creates a complaint about a row of this table. */
  BadRow bad(int fileIndex, long fileRow, String column, String reason, @Nullable Object value) {
    String file = files.get(fileIndex).name();
    return new BadRow(file, fileRow + 1, column, reason, value == null ? null : value.toString());
  }

  FeedLogException failed(SQLException cause) {
    Path file = session.firstUnreadable(paths()).orElse(paths().get(0));
    return new FeedLogException(file.toString(), DuckComplaint.aboutFile(cause), cause);
  }
}
