package io.unipin.feedlog.imports;

import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.database.DuckComplaint;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.imports.SourceLoader.SourceContext;
import io.unipin.feedlog.source.SourceFile;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A source of Parquet files. Matches columns by name, requires one type per column in all files,
 * and loads the rows in order.
 */
final class ParquetSource {
  private final SourceContext context;
  private final DuckSession session;
  private final Map<String, String> types = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  ParquetSource(SourceContext context) {
    this.context = context;
    this.session = context.session();
  }

  SourceRows load() throws SQLException {
    List<Set<String>> found = new ArrayList<>();
    for (SourceFile file : context.files()) {
      found.add(describe(file));
    }
    note(found);
    List<String> added =
        context.partition().stream().filter(key -> !types.containsKey(key)).toList();
    List<String> columns = new ArrayList<>(types.keySet());
    columns.addAll(added);
    context.requireDistinct(context.files().get(0).name(), columns);
    Map<String, ColumnType> declared = context.types(columns);
    List<String> values = new ArrayList<>();
    List<String> select = new ArrayList<>();
    for (String column : columns) {
      String name = DuckSession.identifier(column);
      boolean converted =
          added.contains(column) || context.source().typesOrNone().containsKey(column);
      ColumnType type = declared.getOrDefault(column, ColumnType.TEXT);
      values.add(added.contains(column) ? partitionValue(column) + " AS " + name : name);
      select.add(converted ? type.converted(name) + " AS " + name : name);
    }
    create(
        "CREATE TABLE %s AS SELECT %s FROM (SELECT %s FROM %s)"
            .formatted(
                DuckSession.identifier(context.name()),
                String.join(", ", select),
                String.join(", ", values),
                scan()));
    long read = stored();
    long loaded = session.count(DuckSession.identifier(context.name()));
    return new SourceRows(
        context.name(), context.files().size(), read, loaded, read - loaded, notes);
  }

  private void create(String sql) {
    try {
      session.execute(sql);
    } catch (SQLException e) {
      Path damaged = session.firstUnreadable(paths()).orElse(null);
      for (SourceFile file : context.files()) {
        if (file.path().equals(damaged)) {
          throw new FeedLogException(file.name(), "Parquet: " + DuckComplaint.aboutFile(e), e);
        }
      }
      throw new FeedLogException(
          context.source().file().text(),
          context.key("types") + ": " + DuckComplaint.aboutSql(e),
          e);
    }
  }

  private Set<String> describe(SourceFile file) {
    List<DuckSession.Column> columns;
    try {
      columns = session.describe("SELECT * FROM " + DuckSession.parquet(List.of(file.path())));
    } catch (SQLException e) {
      throw new FeedLogException(file.name(), "Parquet: " + DuckComplaint.aboutFile(e), e);
    }
    Set<String> names = new TreeSet<>();
    for (DuckSession.Column column : columns) {
      names.add(column.name());
      String type = types.putIfAbsent(column.name(), column.type());
      if (type != null && !type.equals(column.type())) {
        throw new FeedLogException(
            file.name(),
            "column %s: %s expected, as in files before, got %s"
                .formatted(column.name(), type, column.type()));
      }
    }
    return names;
  }

  private void note(List<Set<String>> found) {
    for (int i = 0; i < found.size(); i++) {
      Set<String> missing = new TreeSet<>(types.keySet());
      missing.removeAll(found.get(i));
      if (!missing.isEmpty()) {
        notes.add(
            "%s has no columns %s, as other files have; they are null there"
                .formatted(context.files().get(i).name(), missing));
      }
    }
  }

  private String scan() {
    return DuckSession.parquet(paths());
  }

  private List<Path> paths() {
    return context.files().stream().map(SourceFile::path).toList();
  }

  private String partitionValue(String column) {
    return context.files().stream()
        .map(file -> file.partition().get(column))
        .map(value -> value == null ? "NULL" : DuckSession.literal(value))
        .collect(Collectors.joining(", ", "([", "]::VARCHAR[])[file_index::BIGINT + 1]"));
  }

  /** Returns the number of rows that the metadata of the files state. */
  private long stored() throws SQLException {
    return session.number(
        "SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata("
            + DuckSession.paths(paths())
            + ")");
  }
}
