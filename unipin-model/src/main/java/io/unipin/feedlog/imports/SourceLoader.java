package io.unipin.feedlog.imports;

import io.unipin.feedlog.BadRows;
import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.database.DuckComplaint;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.imports.ImportMapping.Source;
import io.unipin.feedlog.source.ContentKind;
import io.unipin.feedlog.source.Shown;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceFile;
import io.unipin.feedlog.source.SourceFiles;
import io.unipin.settings.Located;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Loads the files of a mapping into tables of a session, before any SQL of the mapping runs. All
 * files must lie inside the source folder. The content of a file decides how it is read, not the
 * file's name. A row counts as a bad row if a value does not fit its column's type.
 */
final class SourceLoader {
  private static final Map<String, Format> FORMATS =
      new TreeMap<>(Map.of("text", Format.TEXT, "json", Format.JSON, "parquet", Format.PARQUET));

  private final DuckSession session;
  private final Path folder;
  private final BadRows bad;

  SourceLoader(DuckSession session, Path folder, BadRows bad) {
    this.session = session;
    this.folder = folder;
    this.bad = bad;
  }

  /** File format of a source. */
  enum Format {
    TEXT,
    JSON,
    PARQUET;

    @Override
    public String toString() {
      return this == PARQUET ? "Parquet" : name().toLowerCase(Locale.ROOT);
    }
  }

  SourceRows load(String name, Source source) {
    List<SourceFile> files = files(name, source.file());
    Format format = format(name, source, files);
    SourceContext context = new SourceContext(session, name, source, files);
    try {
      return format == Format.PARQUET
          ? new ParquetSource(context).load()
          : new TextSource(context, bad, format == Format.JSON).load();
    } catch (SQLException e) {
      throw new FeedLogException(
          source.file().text(), "source " + name + ": " + DuckComplaint.aboutFile(e), e);
    }
  }

  private List<SourceFile> files(String name, Located file) {
    List<SourceFile> files;
    try {
      files = SourceFiles.find(folder, file.text());
    } catch (SourceException e) {
      throw new FeedLogException(file, "sources." + name + ".file", e.complaint());
    } catch (IOException e) {
      throw new FeedLogException(file.text(), "cannot be listed", e);
    }
    if (files.isEmpty()) {
      throw new FeedLogException(
          file.text(), "no such file" + deeper(file.text()) + near(file.text()));
    }
    return files;
  }

  /** Returns a hint at the source file whose name is nearest; empty if no name is near. */
  private String near(String name) {
    try (Stream<Path> inside = Files.list(folder)) {
      List<String> names = inside.map(path -> String.valueOf(path.getFileName())).sorted().toList();
      return Nearest.hint(name, names);
    } catch (IOException e) {
      return ""; // the folder can't be listed
    }
  }

  /** Returns a hint for a pattern that matched no file but would match files in subfolders. */
  private String deeper(String pattern) {
    int last = pattern.lastIndexOf('/') + 1;
    String any = pattern.substring(0, last) + "**/" + pattern.substring(last);
    try {
      return SourceFiles.find(folder, any).isEmpty() ? "" : "; folders inside hold some: " + any;
    } catch (SourceException | IOException e) {
      return "";
    }
  }

  private Format format(String name, Source source, List<SourceFile> files) {
    Located declared = source.format();
    if (declared != null) {
      Format format = FORMATS.get(declared.text());
      if (format == null) {
        throw new FeedLogException(
            declared,
            "sources." + name + ".format",
            "one of %s expected, got '%s'%s"
                .formatted(
                    FORMATS.keySet(),
                    declared.text(),
                    Nearest.hint(declared.text(), FORMATS.keySet())));
      }
      files.forEach(file -> require(file, format, ", as the mapping says,"));
      return format;
    }
    Format format = byContent(files.get(0), source);
    files.forEach(
        file ->
            require(file, format, files.size() == 1 ? "" : ", as " + files.get(0).name() + " is,"));
    return format;
  }

  private static void require(SourceFile file, Format format, String why) {
    boolean parquet = kind(file) == ContentKind.PARQUET;
    if (parquet != (format == Format.PARQUET)) {
      String got = parquet ? "Parquet" : size(file) == 0 ? "an empty file" : kind(file).toString();
      throw new FeedLogException(file.name(), format + why + " expected, got " + got);
    }
  }

  private static Format byContent(SourceFile file, Source source) {
    String name = TextSource.plainName(file.name());
    if (kind(file) == ContentKind.PARQUET || name.endsWith(".parquet")) {
      return Format.PARQUET;
    }
    boolean json = name.matches(".*\\.(json|jsonl|ndjson)");
    return json && source.delimiter() == null ? Format.JSON : Format.TEXT;
  }

  private static ContentKind kind(SourceFile file) {
    try {
      return ContentKind.of(file.path());
    } catch (IOException e) {
      throw new FeedLogException(file.name(), "a file that can be read expected", e);
    }
  }

  private static long size(SourceFile file) {
    try {
      return Files.size(file.path());
    } catch (IOException e) {
      throw new FeedLogException(file.name(), "a file that can be read expected", e);
    }
  }

  /** The data that are needed to load one source. */
  record SourceContext(DuckSession session, String name, Source source, List<SourceFile> files) {

    String key(String rest) {
      return "sources." + name + "." + rest;
    }

    /** Returns the columns that names of folders provide. */
    Set<String> partition() {
      return files.get(0).partition().keySet();
    }

    /** Returns each column's type according to the mapping. */
    Map<String, ColumnType> types(List<String> columns) {
      Map<String, ColumnType> types = new LinkedHashMap<>();
      columns.forEach(column -> types.put(column, ColumnType.TEXT));
      source
          .typesOrNone()
          .forEach(
              (column, type) -> {
                if (!columns.contains(column)) {
                  String reason =
                      "no such column, the file has "
                          + Shown.line(columns.toString())
                          + Nearest.hint(column, columns);
                  throw new FeedLogException(type, key("types." + column), reason);
                }
                types.put(column, ColumnType.of(session, type, key("types." + column)));
              });
      return types;
    }

    /** Refuses columns that SQL cannot distinguish. */
    void requireDistinct(String file, List<String> columns) {
      Set<String> seen = new HashSet<>();
      for (String column : columns) {
        if (column.isEmpty() || !seen.add(column.toLowerCase(Locale.ROOT))) {
          throw new FeedLogException(
              file,
              "columns with distinct names expected, found " + Shown.line(columns.toString()));
        }
      }
    }
  }
}
