package io.unipin.feedlog.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.database.DuckSession;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnTypeTest {
  @TempDir private Path spill;

  @ParameterizedTest
  @CsvSource({
    "4, true",
    "-4, true",
    "+4, true",
    "' 4 ', true",
    "4.0, true",
    "4.50, false",
    ".5, false",
    "-3., true",
    "1e3, true",
    "1E3, true",
    "5e-1, false",
    "5E-1, false",
    "1.5e1, true",
    "9223372036854775807, true",
    "9223372036854775808, false",
    "1e19, false",
    "four, false",
    "'', false",
    "true, false",
  })
  void fits_wholeNumbers_refusesFractionsInEveryNotation(String text, boolean fits)
      throws SQLException {
    try (DuckSession session = DuckSession.open(spill)) {
      String condition = new ColumnType("BIGINT").fits(DuckSession.literal(text), false);
      assertThat(session.number("SELECT (" + condition + ")::INTEGER")).isEqualTo(fits ? 1 : 0);
    }
  }
}
