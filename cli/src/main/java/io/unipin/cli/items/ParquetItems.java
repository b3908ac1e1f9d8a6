package io.unipin.cli.items;

import io.unipin.cli.console.CommandException;
import io.unipin.feedlog.database.DuckComplaint;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The items of a Parquet file, in the order of its rows. */
final class ParquetItems implements ItemRows {
  private static final Set<String> WHOLE = Set.of("BIGINT", "INTEGER", "SMALLINT", "UINTEGER");
  private static final Set<String> TEXT = Set.of("VARCHAR");
  private static final Set<String> TEXTS = Set.of("VARCHAR[]");
  private static final Set<String> NUMBERS = Set.of("FLOAT[]", "DOUBLE[]");

  private final String file;
  private final String table;
  private final SpillFolder spill = SpillFolder.create();
  private final Map<String, String> types = new TreeMap<>();
  private final List<String> columns = new ArrayList<>();
  private @Nullable DuckSession session;
  private @Nullable ResultSet rows;
  private long total;

  private ParquetItems(Path path) {
    this.file = String.valueOf(path.getFileName());
    this.table = DuckSession.parquet(List.of(path));
  }

  static ParquetItems open(Path path) {
    ParquetItems items = new ParquetItems(path);
    boolean opened = false;
    try {
      items.begin();
      opened = true;
      return items;
    } catch (SQLException e) {
      throw items.failed(e);
    } finally {
      if (!opened) {
        items.close();
      }
    }
  }

  private void begin() throws SQLException {
    DuckSession duck = DuckSession.open(spill.path());
    session = duck;
    duck.alone(); // with one thread DuckDB keeps the order of the rows
    duck.describe("SELECT * FROM " + table)
        .forEach(column -> types.put(column.name(), column.type()));
    ItemRows.requireId(file, List.copyOf(types.keySet()));
    COLUMNS.stream().filter(types::containsKey).forEach(columns::add);
    columns.forEach(this::requireType);
    total = duck.count(table);
    rows =
        duck.connection()
            .createStatement()
            .executeQuery(
                "SELECT file_row_number::BIGINT, %s FROM %s"
                    .formatted(String.join(", ", columns), table));
  }

  private void requireType(String column) {
    Set<String> expected =
        switch (column) {
          case "item_id", "created_ms", "expires_ms" -> WHOLE;
          case "content" -> NUMBERS;
          case "attributes" -> TEXTS;
          default -> TEXT;
        };
    String got = types.getOrDefault(column, "");
    if (!expected.contains(got)) {
      throw new CommandException(
          "%s: column %s: one of %s expected, got %s"
              .formatted(file, column, expected.stream().sorted().toList(), got));
    }
  }

  private CommandException failed(SQLException cause) {
    return new CommandException(file + ": Parquet: " + DuckComplaint.aboutFile(cause), cause);
  }

  @Override
  public Optional<ItemRow> next() {
    ResultSet open = rows;
    if (open == null) {
      throw new IllegalStateException("an open file expected");
    }
    try {
      return open.next() ? Optional.of(row(open)) : Optional.empty();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private ItemRow row(ResultSet open) throws SQLException {
    ItemValues item = new ItemValues(file + " row " + (open.getLong(1) + 1));
    for (int i = 0; i < columns.size(); i++) {
      String column = columns.get(i);
      if (column.equals("content")) {
        content(item, open.getArray(i + 2));
      } else if (column.equals("attributes")) {
        attributes(item, open.getArray(i + 2));
      } else {
        item.set(column, open.getString(i + 2));
      }
    }
    return item.row();
  }

  private static void content(ItemValues item, java.sql.@Nullable Array list) throws SQLException {
    if (list != null) {
      for (Object number : (Object[]) list.getArray()) {
        if (number instanceof Number value) {
          item.addContent(value.floatValue()); // infinite if too large; the item is then refused
        } else {
          item.complain("content", "numbers", null);
        }
      }
    }
  }

  private static void attributes(ItemValues item, java.sql.@Nullable Array list)
      throws SQLException {
    if (list != null) {
      for (Object text : (Object[]) list.getArray()) {
        if (text instanceof String value) {
          item.addAttribute(value);
        } else {
          item.complain("attributes", "texts", null);
        }
      }
    }
  }

  @Override
  public long total() {
    return total;
  }

  @Override
  public List<String> unread() {
    return types.keySet().stream().filter(column -> !COLUMNS.contains(column)).toList();
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
    spill.close();
  }
}
