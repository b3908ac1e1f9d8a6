package io.unipin.feedlog.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.BadRows;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.source.SourceRow;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
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
}
