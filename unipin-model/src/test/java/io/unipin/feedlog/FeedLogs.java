package io.unipin.feedlog;

import io.unipin.feedlog.database.DuckSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Small feed logs for tests. */
public final class FeedLogs {
  static final FeedSchema SCHEMA =
      new FeedSchema(List.of("click", "save"), List.of("save"), List.of("home", "related"));

  private FeedLogs() {}

  /** Returns items 10, 20, … The content of each item has two numbers. */
  static Catalogue catalogue(int size) {
    List<CatalogueItem> items = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      float[] content = {i, -i};
      String author = i % 3 == 0 ? "" : "author " + i % 5;
      String category = "c" + i % 2;
      List<String> attributes = i % 2 == 0 ? List.of() : List.of("tag " + i, "red");
      items.add(
          new CatalogueItem(
              10L * (i + 1), "Item " + i, category, i * 1000L, content, author, "", attributes));
    }
    return Catalogue.of(items);
  }

  /**
   * Returns a log of three users: one with actions and feedviews, one with only actions, and one
   * with only feedviews.
   */
  public static FeedLog small() {
    return new FeedLogBuilder(SCHEMA, catalogue(4))
        .user("anna")
        .action(0, 1, 0, 1_000)
        .action(1, 3, 1, 2_000)
        .action(2, 0, 0, 2_000)
        .view(0, 1_500)
        .impression(2, 0)
        .impression(3, 2)
        .view(1, 2_000)
        .impression(0, 1)
        .user("bob's")
        .action(3, 2, 1, 5_000)
        .user("carla")
        .view(0, 7_000)
        .impression(1, 0)
        .impression(2, 1)
        .build();
  }

  /** Copies a log in which each table is one file. */
  static void copy(Path log, Path to) {
    try (Stream<Path> files = Files.list(log)) {
      Files.createDirectories(to);
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the small log, then replaces one table by the rows of a query. */
  static Path with(Path directory, FeedTable table, String query) {
    FeedLogWriter.write(small(), directory);
    return replace(directory, table, query);
  }

  /**
   * Replaces one table by the rows of a query. The query can read the former table under the name
   * {@code old}.
   */
  static Path replace(Path directory, FeedTable table, String query) {
    Path file = directory.resolve(table.fileName());
    try (DuckSession session = DuckSession.open(directory)) {
      session.execute("CREATE TABLE old AS SELECT * FROM read_parquet('" + file + "')");
      session.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return directory;
  }
}
