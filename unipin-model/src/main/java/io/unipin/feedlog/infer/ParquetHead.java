package io.unipin.feedlog.infer;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import io.unipin.feedlog.source.SourceFile;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the first rows of Parquet files. */
final class ParquetHead {
  private ParquetHead() {}

  static DataTable read(String name, List<SourceFile> files, long bytes) {
    List<Path> paths = files.stream().map(SourceFile::path).toList();
    String table = DuckSession.parquet(paths);
    try (SpillFolder spill = SpillFolder.create();
        DuckSession session = DuckSession.open(spill.path())) {
      Map<String, String> columns = new LinkedHashMap<>();
      for (DuckSession.Column column : session.describe("SELECT * FROM " + table)) {
        String identifier = DuckSession.identifier(column.name());
        boolean nested = column.type().matches(".*(\\[\\]|STRUCT.*|MAP.*)");
        columns.put(
            column.name(), nested ? "CAST(to_json(" + identifier + ") AS VARCHAR)" : identifier);
      }
      String select =
          columns.values().stream()
              .map(sql -> "CAST(" + sql + " AS VARCHAR)")
              .collect(Collectors.joining(", "));
      List<List<@Nullable String>> rows = new ArrayList<>();
      try (Statement statement = session.connection().createStatement();
          ResultSet result =
              statement.executeQuery(
                  "SELECT " + select + " FROM " + table + " LIMIT " + DataTable.HEAD_ROWS)) {
        while (result.next()) {
          List<@Nullable String> row = new ArrayList<>();
          for (int at = 1; at <= columns.size(); at++) {
            row.add(result.getString(at));
          }
          rows.add(row);
        }
      }
      DataTable.addPartition(files.get(0), columns, rows);
      return new DataTable(
          name,
          new SourceText(name, "parquet", null),
          JsonColumns.profile(name, columns, rows, session.count(table)),
          files,
          bytes);
    } catch (SQLException e) {
      throw new InferenceException(name + ": Parquet: " + DuckSession.reason(e));
    }
  }
}
