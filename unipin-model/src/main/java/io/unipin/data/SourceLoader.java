package io.unipin.data;

import io.unipin.data.ImportMapping.Source;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Loads the files of a mapping into tables of a session, before any SQL of the mapping runs. Files
 * lie inside the source folder; lines that do not fit are bad rows.
 */
final class SourceLoader {
  private static final String UTF_8 = "utf-8";

  /** Names of encodings, as DuckDB has them. */
  private static final Map<String, Charset> ENCODINGS =
      new TreeMap<>(
          Map.of(
              UTF_8,
              StandardCharsets.UTF_8,
              "latin-1",
              StandardCharsets.ISO_8859_1,
              "utf-16",
              StandardCharsets.UTF_16LE));

  private final DuckSession session;
  private final Path folder;
  private final String mapping;
  private final BadRows bad;

  SourceLoader(DuckSession session, Path folder, String mapping, BadRows bad) {
    this.session = session;
    this.folder = folder;
    this.mapping = mapping;
    this.bad = bad;
  }

  void load(String name, Source source) {
    List<Path> files = files(name, source.file());
    try {
      if (isParquet(name, source)) {
        create(name, "SELECT * FROM read_parquet(" + DuckSession.paths(files) + ")");
      } else {
        loadText(name, source, files);
      }
    } catch (SQLException e) {
      String reason = "source " + name + ": " + DuckSession.reason(e);
      throw new FeedLogException(source.file().text(), reason, e);
    }
  }

  private void loadText(String name, Source source, List<Path> files) throws SQLException {
    String file = source.file().text();
    boolean csv = file.endsWith(".csv") || file.endsWith(".csv.gz");
    String delimiter = source.delimiter() == null ? (csv ? "," : "\t") : source.delimiter();
    String quote = source.quote() == null ? (csv ? "\"" : "") : source.quote();
    List<String> columns = columns(name, source, files, delimiter, quote);
    boolean header = source.names() == null;
    long limit = bad.left() == Long.MAX_VALUE ? 0 : bad.left() + 1;
    create(
        name,
        """
        SELECT * FROM read_csv(%s, auto_detect = false, strict_mode = true, header = %b,
          delim = %s, quote = %s, escape = %s, nullstr = %s, columns = {%s}, compression = %s, encoding = %s,
          store_rejects = true, rejects_limit = %d)\
        """
            .formatted(
                DuckSession.paths(files),
                header,
                DuckSession.literal(delimiter),
                DuckSession.literal(quote),
                DuckSession.literal(quote),
                DuckSession.literals(source.nulls() == null ? List.of("") : source.nulls()),
                types(name, columns, source.typesOrNone()),
                DuckSession.literal(TextHeader.isGzip(files.get(0)) ? "gzip" : "none"),
                DuckSession.literal(encoding(name, source)),
                limit));
    countRejects();
  }

  private String encoding(String name, Source source) {
    Located encoding = source.encoding();
    if (encoding == null) {
      return UTF_8;
    }
    if (!ENCODINGS.containsKey(encoding.text())) {
      throw encoding.wrong(
          mapping, "sources." + name + ".encoding", "one of " + ENCODINGS.keySet());
    }
    return encoding.text();
  }

  private List<String> columns(
      String name, Source source, List<Path> files, String delimiter, String quote) {
    List<String> names = source.names();
    if (Boolean.FALSE.equals(source.header()) == (names == null)) {
      throw source
          .file()
          .wrong(
              mapping,
              "sources." + name,
              "names for text without a header, and only then, expected");
    }
    if (names == null) {
      Charset charset = Objects.requireNonNull(ENCODINGS.get(encoding(name, source)));
      names = TextHeader.read(files.get(0), charset, delimiter, quote);
      for (Path file : files) {
        List<String> found = TextHeader.read(file, charset, delimiter, quote);
        if (!found.equals(names)) {
          throw new FeedLogException(
              file.toString(), "columns " + names + " expected, as in others, found " + found);
        }
      }
    }
    if (new HashSet<>(names).size() < names.size() || names.contains("")) {
      throw new FeedLogException(
          files.get(0).toString(), "columns with distinct names expected, found " + names);
    }
    return names;
  }

  private String types(String name, List<String> columns, Map<String, Located> types) {
    types.forEach(
        (column, type) -> {
          if (!columns.contains(column)) {
            String reason = "no such column, the file has " + columns;
            throw type.wrong(mapping, "sources." + name + ".types." + column, reason);
          }
        });
    return columns.stream()
        .map(column -> DuckSession.literal(column) + ": " + type(types.get(column)))
        .collect(Collectors.joining(", "));
  }

  private static String type(@Nullable Located type) {
    return DuckSession.literal(type == null ? "VARCHAR" : type.text());
  }

  private void create(String name, String query) throws SQLException {
    session.execute("CREATE TABLE " + DuckSession.identifier(name) + " AS " + query);
  }

  /** Counts each line once, with the first complaint about it. */
  private void countRejects() throws SQLException {
    String query =
        """
        SELECT file_path, line, coalesce(arg_min(column_name, error_type), ''),
          arg_min(error_message, error_type), any_value(csv_line)
        FROM reject_errors JOIN reject_scans USING (scan_id, file_id)
        GROUP BY file_path, line ORDER BY file_path, line\
        """;
    try (Statement statement = session.connection().createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        String file = folder.relativize(Path.of(rows.getString(1))).toString();
        String reason = rows.getString(4).strip().replaceAll("\\s*\\R\\s*", " ");
        bad.add(new BadRow(file, rows.getLong(2), rows.getString(3), reason, rows.getString(5)));
      }
    }
    session.execute("DELETE FROM reject_errors");
  }

  private boolean isParquet(String name, Source source) {
    Located format = source.format();
    if (format == null) {
      return source.file().text().endsWith(".parquet");
    }
    if (!List.of("text", "parquet").contains(format.text())) {
      throw format.wrong(mapping, "sources." + name + ".format", "text or parquet expected");
    }
    return format.text().equals("parquet");
  }

  private List<Path> files(String name, Located file) {
    Path path = folder.resolve(file.text()).normalize();
    Path parent = path.getParent();
    if (parent == null || !path.startsWith(folder) || path.equals(folder)) {
      throw file.wrong(
          mapping, "sources." + name + ".file", "a path inside the source folder expected");
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> matches =
        Files.newDirectoryStream(parent, String.valueOf(path.getFileName()))) {
      for (Path match : matches) {
        if (!match.toRealPath().startsWith(folder)) {
          throw file.wrong(mapping, "sources." + name + ".file", "leads out of the source folder");
        }
        files.add(match);
      }
    } catch (IOException e) {
      throw new FeedLogException(path.toString(), "cannot be listed", e);
    }
    if (files.isEmpty()) {
      throw new FeedLogException(path.toString(), "no such file");
    }
    files.sort(null);
    return files;
  }
}
