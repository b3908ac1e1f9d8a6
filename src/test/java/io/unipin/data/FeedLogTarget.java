package io.unipin.data;

import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.FeedTable;
import io.unipin.feedlog.SchemaFile;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads feed logs whose tables contain arbitrary values. The target writes the tables as Parquet
 * files with DuckDB, not with the feed log's own writer.
 *
 * <p>An input is a list of rows. The first byte of a row names the table. The cells of the table's
 * columns follow.
 */
public final class FeedLogTarget implements FuzzTarget {
  private static final int MOST_ROWS = 8;
  private static final FeedSchema SCHEMA =
      new FeedSchema(List.of("click", "hide"), List.of("click"), List.of("home", "search"));

  private final ScratchFolder scratch;
  private final DuckSession session;

  /**
   * The rows that each table's file contains. If an input has the same rows for a table, its file
   * is not written again.
   */
  private final Map<FeedTable, List<String>> written = new EnumMap<>(FeedTable.class);

  private FeedLogTarget(ScratchFolder scratch, DuckSession session) {
    this.scratch = scratch;
    this.session = session;
  }

  public static FuzzTarget create() throws IOException, SQLException {
    ScratchFolder scratch = ScratchFolder.create();
    Path spill = Files.createDirectory(scratch.path().resolve("spill"));
    Path log = Files.createDirectory(scratch.path().resolve("log"));
    SchemaFile.write(log.resolve(SchemaFile.NAME), SCHEMA);
    return new FeedLogTarget(scratch, DuckSession.open(spill).alone());
  }

  @Override
  public Map<String, byte[]> seeds() {
    return Map.of(
        "empty", new byte[0],
        "item", new byte[] {2, 1, 7, 1, 65, 1, 66, 0, 0, 0},
        "action",
            new byte[] {2, 1, 7, 1, 65, 1, 66, 0, 0, 0, 0, 0, 1, 85, 1, 7, 2, 1, 2, 1, 1, 3, 0, 0},
        "key",
            new byte[] {
              2, 0, 1, 65, 1, 66, 0, 0, 0, 1, 75, 0, 1, 85, 0, 2, 1, 2, 1, 1, 3, 0, 0, 1, 75
            },
        "view", new byte[] {1, 1, 86, 1, 85, 3, 0, 1, 1, 7, 2, 1, 0, 9, 9, 9});
  }

  @Override
  public void run(byte[] input) throws SQLException {
    Path log = scratch.path().resolve("log");
    Cells cells = new Cells(ByteBuffer.wrap(input));
    Map<FeedTable, List<String>> rows = cells.rows();
    for (FeedTable table : FeedTable.values()) {
      List<String> of = rows.getOrDefault(table, List.of());
      if (!of.equals(written.put(table, of))) {
        write(table, of, log.resolve(table.fileName()));
      }
    }
    try {
      FeedLogReader.read(log, cells.badRows());
    } catch (FeedLogException e) {
      // The reader refuses the file, as it should.
    }
  }

  private void write(FeedTable table, List<String> rows, Path file) throws SQLException {
    String columns =
        table.columns().stream().map(FeedTable.Column::name).collect(Collectors.joining(", "));
    String typed =
        table.columns().stream()
            .map(
                column ->
                    "CAST(%s AS %s) AS %s".formatted(column.name(), column.type(), column.name()))
            .collect(Collectors.joining(", "));
    String none =
        table.columns().stream().map(column -> "NULL").collect(Collectors.joining(", ", "(", ")"));
    String values = rows.isEmpty() ? none : String.join(", ", rows);
    String limit = rows.isEmpty() ? " LIMIT 0" : "";
    session.execute(
        "COPY (SELECT %s FROM (VALUES %s) AS t(%s)%s) TO %s (FORMAT parquet)"
            .formatted(typed, values, columns, limit, DuckSession.literal(file.toString())));
  }

  @Override
  public void close() throws IOException {
    session.close();
    scratch.close();
  }

  /** Builds rows as SQL from the bytes of an input. All bytes after the last one count as zeros. */
  private static final class Cells {
    private static final List<String> NAMES =
        List.of("click", "hide", "save", "", "home", "search");
    private static final long[] NUMBERS = {
      1,
      2,
      3,
      8,
      0,
      1_700_000_000_001L,
      1_700_000_000L,
      Long.MAX_VALUE,
      -Long.MAX_VALUE,
      4_102_444_800_001L
    };

    private static final List<FeedTable> TABLES = List.of(FeedTable.values());

    private final ByteBuffer bytes;
    private final int badRows;

    Cells(ByteBuffer bytes) {
      this.bytes = bytes;
      this.badRows = bytes.limit() % 3;
    }

    int badRows() {
      return badRows;
    }

    Map<FeedTable, List<String>> rows() {
      List<Map.Entry<FeedTable, String>> rows = new ArrayList<>();
      while (bytes.hasRemaining() && rows.size() < MOST_ROWS) {
        FeedTable table = TABLES.get(next() % TABLES.size());
        rows.add(Map.entry(table, row(table)));
      }
      return rows.stream()
          .collect(
              Collectors.groupingBy(
                  Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private int next() {
      return bytes.hasRemaining() ? Byte.toUnsignedInt(bytes.get()) : 0;
    }

    private String row(FeedTable table) {
      return table.columns().stream()
          .map(column -> cell(column.type()))
          .collect(Collectors.joining(", ", "(", ")"));
    }

    private String cell(String type) {
      int kind = next();
      if (kind % 16 == 0) {
        return "NULL";
      }
      return switch (type) {
        case "BIGINT" -> kind % 2 == 0 ? String.valueOf(next()) : number();
        case "INTEGER" -> String.valueOf(next() - 2);
        case "FLOAT" -> decimal(kind);
        case "FLOAT[]" -> list(kind % 5, () -> decimal(next()));
        case "VARCHAR[]" -> list(kind % 4, () -> name(next()));
        default -> kind % 2 == 0 ? name(next()) : text(kind % 12);
      };
    }

    private String number() {
      // SQL has no literal for Long.MIN_VALUE, so every number is written as a difference.
      return "(%d::BIGINT - 1)".formatted(NUMBERS[next() % NUMBERS.length]);
    }

    private static String decimal(int kind) {
      return switch (kind % 6) {
        case 0 -> "'nan'::FLOAT";
        case 1 -> "'inf'::FLOAT";
        case 2 -> "NULL";
        default -> kind / 7.0 + "::FLOAT";
      };
    }

    private static String name(int kind) {
      return kind % 16 == 15 ? "NULL" : DuckSession.literal(NAMES.get(kind % NAMES.size()));
    }

    private String text(int length) {
      byte[] raw = new byte[Math.min(length, bytes.remaining())];
      bytes.get(raw);
      return DuckSession.literal(new String(raw, StandardCharsets.UTF_8).replace("\0", "?"));
    }

    private static String list(int length, Supplier<String> element) {
      return Stream.generate(element).limit(length).collect(Collectors.joining(", ", "[", "]"));
    }
  }
}
