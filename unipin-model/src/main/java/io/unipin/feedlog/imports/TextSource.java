package io.unipin.feedlog.imports;

import io.unipin.feedlog.BadRows;
import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.database.DuckComplaint;
import io.unipin.feedlog.imports.ImportMapping.Source;
import io.unipin.feedlog.imports.SourceLoader.SourceContext;
import io.unipin.feedlog.source.DelimitedReader;
import io.unipin.feedlog.source.JsonLinesReader;
import io.unipin.feedlog.source.RowReader;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceFile;
import io.unipin.feedlog.source.SourceRow;
import io.unipin.feedlog.source.TextColumns;
import io.unipin.feedlog.source.TextInput;
import io.unipin.feedlog.source.Unpacked;
import io.unipin.settings.Located;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A source of delimited text or JSON lines. Finds its columns and loads its rows into the session.
 */
final class TextSource {
  private static final int MAX_LINE_CHARACTERS = 1 << 24;

  private static final Map<String, Charset> ENCODINGS =
      new TreeMap<>(
          Map.of(
              "utf-8",
              StandardCharsets.UTF_8,
              "latin-1",
              StandardCharsets.ISO_8859_1,
              "utf-16",
              StandardCharsets.UTF_16LE));

  private final SourceContext context;
  private final Source source;
  private final BadRows bad;
  private final boolean json;
  private final Set<String> nulls;
  private final @Nullable Charset encoding;
  private final int maxLine;

  /** The keys of all JSON objects. One pass over all files finds them. */
  private List<String> columns = List.of();

  TextSource(SourceContext context, BadRows bad, boolean json) {
    this.context = context;
    this.source = context.source();
    this.bad = bad;
    this.json = json;
    List<String> none = json ? List.of() : List.of("");
    this.nulls = new HashSet<>(source.nulls() == null ? none : source.nulls());
    this.encoding = encoding();
    Integer longest = source.maxLineCharacters();
    this.maxLine = longest == null ? MAX_LINE_CHARACTERS : longest;
    requirePositive("max_line_characters", maxLine);
    if (source.maxUnpackedBytes() != null) {
      requirePositive("max_unpacked_bytes", source.maxUnpackedBytes());
    }
    if (Boolean.FALSE.equals(source.header()) && source.names() == null) {
      throw wrong("names for text without a header expected");
    }
    if (source.header() == null && source.names() != null) {
      throw wrong("header: false expected beside names, or header: true if they replace a header");
    }
  }

  /** Returns a file's name without the suffix of a compression. */
  static String plainName(String name) {
    return name.replaceFirst("\\.(gz|gzip|bz2|zip|zst|zstd)$", "");
  }

  private void requirePositive(String key, long value) {
    if (value < 1) {
      throw wrong(key + ": at least 1 expected, got " + value);
    }
  }

  private FeedLogException wrong(String reason) {
    return new FeedLogException(source.file(), "sources." + context.name(), reason);
  }

  private @Nullable Charset encoding() {
    Located declared = source.encoding();
    if (declared != null && !ENCODINGS.containsKey(declared.text())) {
      throw new FeedLogException(
          declared,
          context.key("encoding"),
          "one of %s expected, got '%s'%s"
              .formatted(
                  ENCODINGS.keySet(),
                  declared.text(),
                  Nearest.hint(declared.text(), ENCODINGS.keySet())));
    }
    return declared == null ? null : ENCODINGS.get(declared.text());
  }

  SourceRows load() throws SQLException {
    List<String> header = header();
    List<String> columns = new ArrayList<>(header);
    List<String> added = context.partition().stream().filter(key -> !header.contains(key)).toList();
    columns.addAll(added);
    context.requireDistinct(context.files().get(0).name(), columns);
    RowLoader loader =
        new RowLoader(context.session(), bad, context.name(), context.types(columns), json);
    TextColumns own = new TextColumns(header, json, !json && source.names() == null);
    for (SourceFile file : context.files()) {
      List<@Nullable String> constants =
          new ArrayList<>(added.stream().map(file.partition()::get).toList());
      read(file, rows -> load(file, rows, own, constants, loader));
    }
    return new SourceRows(
        context.name(),
        context.files().size(),
        loader.read(),
        loader.loaded(),
        loader.refused(),
        List.of());
  }

  /** Reads a file. Every complaint names the file. */
  private void read(SourceFile file, RowsUse use) {
    try (RowReader rows = open(file)) {
      use.accept(rows);
    } catch (SourceException e) {
      throw new FeedLogException(file.name(), e.complaint(), e);
    } catch (IOException e) {
      throw new FeedLogException(file.name(), "a file that can be read expected", e);
    } catch (SQLException e) {
      throw new FeedLogException(file.name(), DuckComplaint.aboutSql(e), e);
    }
  }

  private interface RowsUse {
    void accept(RowReader rows) throws IOException, SQLException;
  }

  private TextInput text(SourceFile file) throws IOException {
    Long bytes = source.maxUnpackedBytes();
    Unpacked content =
        bytes == null ? Unpacked.open(file.path()) : Unpacked.open(file.path(), bytes);
    return TextInput.of(content, encoding);
  }

  private RowReader open(SourceFile file) throws IOException {
    return json
        ? new JsonLinesReader(text(file), maxLine, columns)
        : new DelimitedReader(text(file), format());
  }

  private DelimitedReader.Format format() {
    boolean csv = plainName(context.files().get(0).name()).endsWith(".csv");
    String delimiter = source.delimiter() == null ? (csv ? "," : "\t") : source.delimiter();
    String quote = source.quote() == null ? (csv ? "\"" : "") : source.quote();
    try {
      return new DelimitedReader.Format(delimiter, quote, maxLine);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private List<String> header() {
    List<String> names = source.names();
    if (names != null) {
      columns = names;
    } else if (json) {
      for (SourceFile file : context.files()) {
        try (TextInput in = text(file)) {
          columns = JsonLinesReader.columns(in, maxLine, columns);
        } catch (SourceException e) {
          throw new FeedLogException(file.name(), e.complaint(), e);
        } catch (IOException e) {
          throw new FeedLogException(file.name(), "a file that can be read expected", e);
        }
      }
    } else {
      return firstLine();
    }
    if (columns.isEmpty()) {
      throw new FeedLogException(
          context.files().get(0).name(), "at least one column expected, got none");
    }
    return columns;
  }

  private List<String> firstLine() {
    List<String> first = new ArrayList<>();
    for (SourceFile file : context.files()) {
      read(
          file,
          rows -> {
            Optional<SourceRow> header = first.isEmpty() ? rows.next() : Optional.empty();
            header.ifPresent(row -> first.addAll(TextColumns.namesIn(row)));
          });
    }
    if (first.isEmpty()) {
      throw new FeedLogException(
          context.files().get(0).name(), "a header line expected, the first is empty");
    }
    return first;
  }

  private void load(
      SourceFile file,
      RowReader rows,
      TextColumns own,
      List<@Nullable String> constants,
      RowLoader loader)
      throws IOException, SQLException {
    if (source.names() != null && Boolean.TRUE.equals(source.header())) {
      rows.next(); // the given names replace those of the header
    } else if (own.header()) {
      rows.next().ifPresent(own::requireSame);
    }
    for (Optional<SourceRow> row = rows.next(); row.isPresent(); row = rows.next()) {
      add(file, row.get(), own, constants, loader);
    }
    loader.flush(file.name());
  }

  private void add(
      SourceFile file,
      SourceRow row,
      TextColumns own,
      List<@Nullable String> constants,
      RowLoader loader)
      throws SQLException {
    if (own.isBlank(row)) {
      return;
    }
    Optional<String> fault = own.fault(row);
    if (fault.isPresent()) {
      loader.refuse(file.name(), row, fault.get());
      return;
    }
    List<@Nullable String> all = new ArrayList<>(own.names().size() + constants.size());
    for (String value : own.values(row)) {
      all.add(value == null || nulls.contains(value) ? null : value);
    }
    all.addAll(constants);
    loader.add(file.name(), new SourceRow(row.line(), all, null));
  }
}
