package io.unipin.feedlog.imports;

import io.unipin.feedlog.BadRow;
import io.unipin.feedlog.BadRows;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.FeedTable;
import io.unipin.feedlog.ItemKeys;
import io.unipin.feedlog.SchemaFile;
import io.unipin.feedlog.YamlFile;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import io.unipin.feedlog.source.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * Converts delimited text, JSON lines and Parquet files of any shape to a feed log, by a mapping in
 * YAML.
 *
 * <p>A mapping may be untrusted. The only tables that its SQL can read are the files of the source
 * folder that the mapping names. An import writes the whole feed log or nothing.
 */
public final class Importer {
  private final String mappingFile;
  private final ImportMapping mapping;
  private final BadRows bad;
  private final ToLongFunction<String> idOfKey;
  private final List<SourceRows> sources = new ArrayList<>();
  private final List<TableRows> tables = new ArrayList<>();

  private Importer(Path mappingFile, long maxBadRows, ToLongFunction<String> idOfKey) {
    this.idOfKey = idOfKey;
    this.mappingFile = mappingFile.toString();
    this.mapping = YamlFile.read(mappingFile, ImportMapping.class);
    this.bad = new BadRows(maxBadRows);
    if (mapping.version() != SchemaFile.VERSION) {
      throw new FeedLogException(
          this.mappingFile,
          "version " + SchemaFile.VERSION + " expected, got " + mapping.version());
    }
  }

  /**
   * Imports files into a feed log.
   *
   * @param mapping the YAML file
   * @param source folder that holds the mapping's files
   * @param out folder of the feed log; an existing feed log is replaced
   * @param maxBadRows number of malformed lines and bad rows that are left out; one more such line
   *     or row fails the import
   * @throws FeedLogException if the import fails; the message names file, line or row, column and
   *     reason
   */
  public static ImportReport run(Path mapping, Path source, Path out, long maxBadRows) {
    return importAll(mapping, source, out, maxBadRows).report();
  }

  /** Imports as {@link #run} does. The result accounts for every row. */
  public static Imported importAll(Path mapping, Path source, Path out, long maxBadRows) {
    return importAll(mapping, source, out, maxBadRows, ItemKeys::id);
  }

  /**
   * Imports files with another rule for the ids of items that have only a key.
   *
   * @param idOfKey assigns an id to an item that has only a key
   */
  static Imported importAll(
      Path mapping, Path source, Path out, long maxBadRows, ToLongFunction<String> idOfKey) {
    if (!Files.isDirectory(source)) {
      throw new FeedLogException(source.toString(), "no such directory");
    }
    Importer importer = new Importer(mapping, maxBadRows, idOfKey);
    try (SpillFolder work = SpillFolder.beside(out)) {
      Path draft = Files.createDirectory(work.path().resolve("feedlog"));
      FeedLog log = importer.map(source.toRealPath(), draft, work.path());
      FeedLogWriter.replace(draft, out);
      ImportReport report =
          new ImportReport(
              log.users(),
              log.actions(),
              log.views(),
              log.impressions(),
              log.catalogue().size(),
              importer.bad.rows());
      return new Imported(report, importer.sources, importer.tables, LikelyUnit.warnings(log));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FeedLog map(Path source, Path draft, Path spill) {
    FeedSchema schema;
    try {
      schema = mapping.schema().names();
    } catch (IllegalArgumentException e) {
      throw new FeedLogException(mappingFile, "schema: " + e.getMessage(), e);
    }
    SchemaFile.write(draft.resolve(SchemaFile.NAME), schema);
    try (DuckSession session = DuckSession.open(spill).alone()) {
      SourceLoader loader = new SourceLoader(session, source, bad);
      mapping.sources().forEach((name, files) -> sources.add(load(loader, name, files)));
      session.execute("CREATE SCHEMA feedlog");
      lock(session, draft);
      TableMapper mapper =
          new TableMapper(session, mappingFile, schema, mapping.sources().keySet());
      for (Map.Entry<FeedTable, ImportMapping.Table> entry : tables().entrySet()) {
        mapper.fill(entry.getKey(), entry.getValue());
      }
      new KeyedItems(session, idOfKey).number(tables().keySet());
      for (FeedTable table : tables().keySet()) {
        copy(session, "SELECT * FROM " + TableMapper.filled(table), draft, table);
      }
      int malformedLines = bad.rows().size();
      FeedLog log = check(session, draft);
      dropBadRows(session, draft, bad.rows().subList(malformedLines, bad.rows().size()));
      return log;
    } catch (SQLException e) {
      throw new FeedLogException(mappingFile, DuckSession.reason(e), e);
    }
  }

  private SourceRows load(SourceLoader loader, String name, ImportMapping.Source files) {
    try {
      return loader.load(name, files);
    } catch (FeedLogException e) {
      String hint = e.column().isEmpty() ? "" : KeyedItems.hint(e.reason());
      if (hint.isEmpty() || tables().values().stream().noneMatch(t -> t.numbers(e.column()))) {
        throw e;
      }
      throw new FeedLogException(e, hint);
    }
  }

  private Map<FeedTable, ImportMapping.Table> tables() {
    Map<FeedTable, ImportMapping.Table> tables = new TreeMap<>();
    tables.put(FeedTable.ACTIONS, mapping.actions());
    tables.put(FeedTable.ITEMS, mapping.items());
    if (mapping.feedviews() != null) {
      tables.put(FeedTable.FEEDVIEWS, mapping.feedviews());
    }
    return tables;
  }

  /** Restricts the session to the draft's files, until the session is closed. */
  private static void lock(DuckSession session, Path draft) throws SQLException {
    session.execute(
        "SET allowed_directories = "
            + DuckSession.literals(List.of(draft.toAbsolutePath().toString())));
    session.execute("SET enable_external_access = false");
    session.execute("SET lock_configuration = true");
  }

  private static void copy(DuckSession session, String query, Path draft, FeedTable table)
      throws SQLException {
    Path file = draft.toAbsolutePath().resolve(table.fileName());
    session.execute(
        "COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd)"
            .formatted(query, DuckSession.literal(file.toString())));
  }

  /**
   * Reads the draft as {@link FeedLogReader} reads any log. If there are more bad rows than
   * allowed, the error message shows the first bad row beyond the allowed number.
   */
  private FeedLog check(DuckSession session, Path draft) throws SQLException {
    try {
      return FeedLogReader.read(draft, bad);
    } catch (FeedLogException e) {
      for (FeedTable table : FeedTable.values()) {
        if (e.row() != FeedLogException.NO_ROW && e.file().equals(table.fileName())) {
          throw new FeedLogException(e, "; row as mapped: " + row(session, table, e.row()));
        }
      }
      throw e;
    }
  }

  private static String row(DuckSession session, FeedTable table, long row) throws SQLException {
    String query =
        "SELECT left(t::VARCHAR, 1000) FROM %s AS t LIMIT 1 OFFSET %s"
            .formatted(TableMapper.filled(table), row - 1);
    try (Statement statement = session.connection().createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? Shown.line(rows.getString(1)) : "";
    }
  }

  private void dropBadRows(DuckSession session, Path draft, List<BadRow> dropped)
      throws SQLException {
    for (FeedTable table : tables().keySet()) {
      List<String> rows =
          dropped.stream()
              .filter(row -> row.file().equals(table.fileName()))
              .map(row -> String.valueOf(row.row() - 1))
              .toList();
      long mapped = session.count(TableMapper.filled(table));
      if (!rows.isEmpty()) {
        String kept =
            "SELECT * FROM %s WHERE rowid NOT IN (%s)"
                .formatted(TableMapper.filled(table), String.join(", ", rows));
        copy(session, kept, draft, table);
      }
      Path file = draft.toAbsolutePath().resolve(table.fileName());
      long written = session.count("read_parquet(" + DuckSession.path(file) + ")");
      tables.add(new TableRows(table.table(), mapped, written, rows.size()));
    }
  }
}
