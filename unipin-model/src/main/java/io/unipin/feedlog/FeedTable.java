package io.unipin.feedlog;

import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceFile;
import io.unipin.feedlog.source.SourceFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The three tables of a feed log, each with its columns and files. */
public enum FeedTable {
  ACTIONS(
      new Column("user_id", "VARCHAR", true),
      new Column("item_id", "BIGINT", true),
      new Column("actions", "VARCHAR[]", true),
      new Column("surface", "VARCHAR", true),
      new Column("time_ms", "BIGINT", true),
      new Column("sequence", "BIGINT", false),
      new Column("event_id", "VARCHAR", false),
      new Column("item_key", "VARCHAR", false)),
  FEEDVIEWS(
      new Column("feedview_id", "VARCHAR", true),
      new Column("user_id", "VARCHAR", true),
      new Column("time_ms", "BIGINT", true),
      new Column("sequence", "BIGINT", false),
      new Column("surface", "VARCHAR", true),
      new Column("position", "INTEGER", true),
      new Column("item_id", "BIGINT", true),
      new Column("actions", "VARCHAR[]", true),
      new Column("oracle", "FLOAT", false),
      new Column("item_key", "VARCHAR", false),
      new Column("propensity", "DOUBLE", false)),
  ITEMS(
      new Column("item_id", "BIGINT", true),
      new Column("title", "VARCHAR", true),
      new Column("category", "VARCHAR", true),
      new Column("created_ms", "BIGINT", false),
      new Column("content", "FLOAT[]", false),
      new Column("author", "VARCHAR", false),
      new Column("key", "VARCHAR", false),
      new Column("attributes", "VARCHAR[]", false));

  private static final String ITEM_ID = "item_id";

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes an immutable list
  private final List<Column> columns;

  FeedTable(Column... columns) {
    this.columns = List.of(columns);
  }

  /**
   * A column of a table.
   *
   * @param type the column's DuckDB type
   * @param required whether a file must have the column
   */
  public record Column(String name, String type, boolean required) {
    /** Whether every value of the type {@code found} is valid in this column. */
    boolean accepts(String found) {
      return switch (type) {
        case "BIGINT" -> Set.of("BIGINT", "INTEGER", "SMALLINT", "UINTEGER").contains(found);
        case "INTEGER" -> Set.of("BIGINT", "INTEGER", "SMALLINT").contains(found);
        case "FLOAT", "DOUBLE" -> Set.of("FLOAT", "DOUBLE").contains(found);
        case "FLOAT[]" -> Set.of("FLOAT[]", "DOUBLE[]").contains(found);
        default -> type.equals(found);
      };
    }

    @Override
    public String toString() {
      return name + " " + type + (required ? "" : " (optional)");
    }
  }

  public List<Column> columns() {
    return columns;
  }

  /**
   * Returns the name of the column with items' keys. A table may have this column instead of the
   * column item_id.
   */
  public String keyColumn() {
    return this == ITEMS ? "key" : "item_key";
  }

  /**
   * Whether a table with the columns {@code found} lacks this required column. A table with keys
   * need not have item ids.
   */
  boolean lacks(Column column, Set<String> found) {
    return column.required()
        && !found.contains(column.name())
        && !(column.name().equals(ITEM_ID) && found.contains(keyColumn()));
  }

  /**
   * Returns the columns that a writer fills. A writer names the items of actions and feedviews by
   * id only.
   */
  List<Column> written() {
    return columns.stream()
        .filter(column -> this == ITEMS || !column.name().equals(keyColumn()))
        .toList();
  }

  /** Returns a readable list of the columns. */
  String described() {
    return columns.stream().map(Column::toString).collect(Collectors.joining(", "));
  }

  /** Returns the table's name, which is also the name of its file and folder. */
  public String table() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String fileName() {
    return table() + ".parquet";
  }

  /**
   * Returns the table's files in a feed log: first the table's own file, then all files below the
   * table's folder, ordered by path. Empty when there are no files.
   */
  List<SourceFile> files(Path directory) {
    List<SourceFile> files = new ArrayList<>();
    try {
      files.addAll(SourceFiles.below(directory, directory.resolve(fileName())));
      files.addAll(SourceFiles.below(directory, directory.resolve(table())));
      return files;
    } catch (SourceException e) {
      throw new FeedLogException(directory.resolve(table()).toString(), e.complaint(), e);
    } catch (IOException e) {
      throw new FeedLogException(directory.resolve(table()).toString(), "cannot be listed", e);
    }
  }
}
