package io.unipin.feedlog;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/**
 * Writes one Parquet file of a feed log. The file appears atomically on {@link #commit}, or not at
 * all.
 *
 * <p>Can also add single files to the folder {@code actions/} or {@code feedviews/} of a log. Not
 * thread-safe.
 *
 * @param <R> type of the rows
 */
public final class TableWriter<R> implements AutoCloseable {
  private final Path file;
  private final FeedTable table;
  private final RowEncoder<R> encoder;
  private final SpillFolder spill;
  private final DuckSession session;
  private final DuckDBAppender appender;
  private long rows;
  private boolean closed;

  /** Appends the columns of a row, in the order of the table. */
  private interface RowEncoder<R> {
    void append(DuckDBAppender appender, R row) throws SQLException;
  }

  private TableWriter(FeedTable table, Path file, RowEncoder<R> encoder) {
    this.table = table;
    this.file = file;
    this.encoder = encoder;
    this.spill = SpillFolder.beside(file);
    DuckSession opened = null;
    boolean ready = false;
    try {
      opened = DuckSession.open(spill.path()).alone();
      opened.execute("CREATE TABLE written (" + columns() + ")");
      this.session = opened;
      this.appender = session.connection().createAppender("written");
      ready = true;
    } catch (SQLException e) {
      throw failed(e);
    } finally {
      if (!ready) {
        if (opened != null) {
          opened.close();
        }
        spill.close();
      }
    }
  }

  /** Creates a writer of an actions file. */
  public static TableWriter<ActionRow> actions(Path file) {
    return new TableWriter<>(FeedTable.ACTIONS, file, TableWriter::appendAction);
  }

  /** Creates a writer of a feedviews file. */
  public static TableWriter<ImpressionRow> feedviews(Path file) {
    return new TableWriter<>(FeedTable.FEEDVIEWS, file, TableWriter::appendImpression);
  }

  /** Creates a writer of an items file. */
  public static TableWriter<CatalogueItem> items(Path file) {
    return new TableWriter<>(FeedTable.ITEMS, file, TableWriter::appendItem);
  }

  public void add(R row) {
    try {
      appender.beginRow();
      encoder.append(appender, row);
      appender.endRow();
      rows++;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Returns the number of rows that were added. */
  public long rows() {
    return rows;
  }

  /** Moves the finished file to its place and replaces an existing file there. */
  public void commit() {
    Path written = spill.path().resolve("written.parquet");
    try {
      appender.close();
      session.execute(
          "COPY written TO %s (FORMAT parquet, COMPRESSION zstd)"
              .formatted(DuckSession.literal(written.toString())));
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (SQLException e) {
      throw failed(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes everything that was not committed. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    session.close();
    spill.close();
  }

  private String columns() {
    return table.written().stream()
        .map(column -> column.name() + " " + column.type())
        .collect(Collectors.joining(", "));
  }

  private FeedLogException failed(SQLException cause) {
    return new FeedLogException(
        file.toString(), "cannot be written: " + DuckSession.reason(cause), cause);
  }

  private static void appendAction(DuckDBAppender to, ActionRow row) throws SQLException {
    to.append(row.user()).append(row.item()).append(row.actions()).append(row.surface());
    append(to, row.timeMs());
    append(to, row.sequence());
    append(to, row.eventId());
  }

  private static void appendImpression(DuckDBAppender to, ImpressionRow row) throws SQLException {
    to.append(row.feedview()).append(row.user());
    append(to, row.timeMs());
    append(to, row.sequence());
    to.append(row.surface()).append(row.position()).append(row.item()).append(row.actions());
    append(to, row.oracle());
    append(to, row.propensity());
  }

  private static void appendItem(DuckDBAppender to, CatalogueItem item) throws SQLException {
    to.append(item.id()).append(item.title()).append(item.category());
    append(to, item.createdMs() == FeedLog.NO_TIME ? null : item.createdMs());
    if (item.content().length == 0) {
      to.appendNull();
    } else {
      to.append(item.content());
    }
    append(to, item.author().isEmpty() ? null : item.author());
    append(to, item.key().isEmpty() ? null : item.key());
    if (item.attributes().isEmpty()) {
      to.appendNull();
    } else {
      to.append(item.attributes());
    }
  }

  private static void append(DuckDBAppender to, @Nullable Object value) throws SQLException {
    if (value instanceof Long number) {
      to.append(number.longValue());
    } else if (value instanceof Float number) {
      to.append(number.floatValue());
    } else if (value instanceof Double number) {
      to.append(number.doubleValue());
    } else if (value instanceof String text) {
      to.append(text);
    } else {
      to.appendNull();
    }
  }
}
