package io.unipin.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of one table, their columns checked: what to select from, and where a row came from. */
final class TableScan {
  private static final Logger logger = LoggerFactory.getLogger(TableScan.class);

  private final FeedTable table;
  private final List<Path> files;
  private final Set<String> present;

  private TableScan(FeedTable table, List<Path> files, Set<String> present) {
    this.table = table;
    this.files = files;
    this.present = present;
  }

  /** Checks every file's columns before any row is read. */
  static TableScan of(DuckSession session, FeedTable table, List<Path> files) {
    Set<String> present = new HashSet<>();
    for (Path file : files) {
      present.addAll(check(session, table, file));
    }
    return new TableScan(table, files, present);
  }

  private static Set<String> check(DuckSession session, FeedTable table, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new FeedLogException(file.toString(), "no such file");
    }
    List<DuckSession.Column> found;
    try {
      found = session.describe("SELECT * FROM read_parquet(" + DuckSession.path(file) + ")");
    } catch (SQLException e) {
      throw new FeedLogException(
          file.toString(), "not a readable Parquet file: " + DuckSession.reason(e), e);
    }
    Set<String> names = new HashSet<>();
    List<String> ignored = new ArrayList<>();
    for (DuckSession.Column column : found) {
      names.add(column.name());
      if (table.columns().stream().noneMatch(known -> known.name().equals(column.name()))) {
        ignored.add(column.name());
      }
    }
    List<String> faults = faults(table, found);
    if (!faults.isEmpty()) {
      throw new FeedLogException(
          file.toString(),
          "%s; expected %s; found %s".formatted(faults.get(0), table.described(), list(found)));
    }
    if (!ignored.isEmpty()) {
      logger.info("{}: columns {} are not part of the format and are not read", file, ignored);
    }
    return names;
  }

  private static List<String> faults(FeedTable table, List<DuckSession.Column> found) {
    List<String> faults = new ArrayList<>();
    for (FeedTable.Column expected : table.columns()) {
      var match = found.stream().filter(column -> column.name().equals(expected.name())).findAny();
      if (match.isEmpty() && expected.required()) {
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

  /** The column, or a null of its type where no file has it. */
  String column(String name) {
    if (present.contains(name)) {
      return name;
    }
    String type =
        table.columns().stream().filter(c -> c.name().equals(name)).findAny().orElseThrow().type();
    return "NULL::" + type;
  }

  /** The table expression; it also has file_index and file_row_number, both from 0. */
  String from() {
    return "read_parquet("
        + DuckSession.paths(files)
        + ", union_by_name = true, file_row_number = true)";
  }

  /** A complaint about a row of this table. */
  BadRow bad(int fileIndex, long fileRow, String column, String reason, @Nullable Object value) {
    Path path = files.get(fileIndex);
    Path parent = path.getParent();
    boolean inFolder = parent != null && parent.endsWith(table.table());
    String file = inFolder ? table.table() + "/" + path.getFileName() : table.fileName();
    return new BadRow(file, fileRow + 1, column, reason, value == null ? null : value.toString());
  }

  FeedLogException failed(SQLException cause) {
    return new FeedLogException(files.get(0).toString(), DuckSession.reason(cause), cause);
  }
}
