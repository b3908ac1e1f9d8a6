package io.unipin.feedlog.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.BadRows;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.source.SourceRow;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowLoaderTest {
  private static final int COLUMNS = 1_000;

  /** A million values of one character take 50 MB, although they have only a million characters. */
  @Test
  void add_rowsOfManyColumns_areLoadedBeforeTheyFillTheMemory(@TempDir Path spill)
      throws SQLException {
    Map<String, ColumnType> columns = new LinkedHashMap<>();
    for (int c = 0; c < COLUMNS; c++) {
      columns.put("c" + c, ColumnType.TEXT);
    }
    try (DuckSession session = DuckSession.open(spill)) {
      RowLoader loader = new RowLoader(session, new BadRows(0), "wide", columns, false);
      for (int row = 0; row < 1_100; row++) {
        loader.add("a.csv", new SourceRow(row + 1, Collections.nCopies(COLUMNS, "1"), null));
      }
      assertThat(loader.loaded()).isBetween(1_000L, 1_099L);
      loader.flush("a.csv");
      assertThat(loader.loaded()).isEqualTo(1_100);
    }
  }

  /** JSON can hold half of a surrogate pair as an escape. Parquet would hold a question mark. */
  @Test
  void add_halfOfASurrogatePair_isABadRow(@TempDir Path spill) throws SQLException {
    try (DuckSession session = DuckSession.open(spill)) {
      BadRows bad = new BadRows(1);
      RowLoader loader =
          new RowLoader(session, bad, "films", Map.of("title", ColumnType.TEXT), true);
      loader.add("films.json", new SourceRow(1, List.of("whole \ud83d\ude00"), null));
      loader.add("films.json", new SourceRow(2, List.of("half \ud83d"), null));
      loader.flush("films.json");

      assertThat(loader.read()).isEqualTo(2);
      assertThat(loader.refused()).isEqualTo(1);
      assertThat(session.text("SELECT title FROM films")).isEqualTo("whole \ud83d\ude00");
      assertThat(bad.rows())
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row.row()).isEqualTo(2);
                assertThat(row.reason())
                    .isEqualTo("whole characters expected, got half of a surrogate pair");
              });
    }
  }
}
