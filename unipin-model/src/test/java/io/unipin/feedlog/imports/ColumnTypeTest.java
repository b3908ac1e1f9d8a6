package io.unipin.feedlog.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.settings.Located;
import io.unipin.settings.Place;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
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

  @ParameterizedTest
  @CsvSource({
    "LONG, 5.7, false",
    "INT8, 5.7, false",
    "SHORT, 5.0, true",
    "UINT32, 5.7, false",
    "USMALLINT, 5.7, false",
    "UTINYINT, 5, true",
    "UHUGEINT, 5.7, false",
    "int, 5.7, false",
    "BIGINT[], '[5, 5.7]', false",
    "BIGINT[], '[5, 6.0, 7e1]', true",
    "'INT[]', '[5, 5.7]', false",
    "'DOUBLE[]', '[5, 5.7]', true",
    "'VARCHAR[]', '[5, 5.7]', true",
    "'DECIMAL(9, 2)', 5.7, true",
  })
  void fits_otherNamesAndLists_refuseFractionsToo(String name, String text, boolean fits)
      throws SQLException {
    try (DuckSession session = DuckSession.open(spill)) {
      ColumnType type =
          ColumnType.of(session, new Located(name, Place.of("import.yaml")), "types.x");
      String condition = type.fits(DuckSession.literal(text), true);
      assertThat(session.number("SELECT (" + condition + ")::INTEGER")).isEqualTo(fits ? 1 : 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2024-01-01T00:00:00, 1704067200000",
    "2024-01-01T00:00:00Z, 1704067200000",
    "2024-01-01T00:00:00+02:00, 1704060000000",
    "2024-01-01 00:00:00-05, 1704085200000",
    "2024-01-01, 1704067200000",
  })
  void value_timeWithAnOffset_isConvertedToUtc(String text, long timeMs) throws SQLException {
    try (DuckSession session = DuckSession.open(spill)) {
      for (String name : List.of("TIMESTAMP", "DATETIME", "TIMESTAMP_MS")) {
        ColumnType type =
            ColumnType.of(session, new Located(name, Place.of("import.yaml")), "types.x");
        String value = type.value(DuckSession.literal(text), false);
        assertThat(session.number("SELECT epoch_ms((" + value + ")::TIMESTAMP)")).isEqualTo(timeMs);
        String column = "(SELECT " + DuckSession.literal(text) + " AS t)";
        assertThat(
                session.number(
                    "SELECT epoch_ms((" + type.converted("t") + ")::TIMESTAMP) FROM " + column))
            .isEqualTo(timeMs);
      }
    }
  }
}
