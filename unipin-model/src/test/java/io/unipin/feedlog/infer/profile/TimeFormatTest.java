package io.unipin.feedlog.infer.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import java.sql.SQLException;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks that Java and SQL read the same instant. */
final class TimeFormatTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "SECONDS; 1624531830; 2021-06-24T10:50:30Z",
        "SECONDS; 1624531830.25; 2021-06-24T10:50:30.250Z",
        "SECONDS; 1.62453183E9; 2021-06-24T10:50:30Z",
        "MILLISECONDS; 1624531830123; 2021-06-24T10:50:30.123Z",
        "MICROSECONDS; 1624531830123000; 2021-06-24T10:50:30.123Z",
        "NANOSECONDS; 1624531830123000000; 2021-06-24T10:50:30.123Z",
        "ISO; 2021-06-24; 2021-06-24T00:00:00Z",
        "ISO; 2021-06-24 10; 2021-06-24T10:00:00Z",
        "ISO; 2021-06-24T10:50; 2021-06-24T10:50:00Z",
        "ISO; 2021-06-24 10:50:30 UTC; 2021-06-24T10:50:30Z",
        "ISO; 2021-06-24T10:50:30.123456Z; 2021-06-24T10:50:30.123Z",
        "ISO; 2021-06-24T12:50:30+02:00; 2021-06-24T10:50:30Z",
        "ISO; 2021-06-24 12:50:30+0200; 2021-06-24T10:50:30Z",
        "ISO; 2021-06-24 10:50:30+00; 2021-06-24T10:50:30Z",
        "YEAR_FIRST; 2021/06/24 10:50; 2021-06-24T10:50:00Z",
        "DOTTED; 24.06.2021 10:50:30; 2021-06-24T10:50:30Z",
        "DOTTED; 4.6.2021; 2021-06-04T00:00:00Z",
        "DOTTED_SHORT; 24.06.21 10:50; 2021-06-24T10:50:00Z",
        "DAY_FIRST; 24/06/2021 10:50; 2021-06-24T10:50:00Z",
        "DAY_FIRST; 24-06-2021; 2021-06-24T00:00:00Z",
        "DAY_FIRST; 24/6/21 10:50; 2021-06-24T10:50:00Z",
        "DAY_FIRST; 24-6-09; 2009-06-24T00:00:00Z",
        "MONTH_FIRST; 12/1/10 8:26; 2010-12-01T08:26:00Z",
        "MONTH_FIRST; 6/24/2021 10:50:30 PM; 2021-06-24T22:50:30Z",
        "MONTH_FIRST; 11/9/2019 12:05:58 AM; 2019-11-09T00:05:58Z",
        "MONTH_NAMED; 24-Jun-2021; 2021-06-24T00:00:00Z",
        "MONTH_LEADS; Jun 24, 2021; 2021-06-24T00:00:00Z",
        "MONTH_LEADS; Jun 4, 2021 10:50:30; 2021-06-04T10:50:30Z",
        "ZONED; Thu Jun 24 12:50:30 +0200 2021; 2021-06-24T10:50:30Z",
        "COMPACT; 20210624; 2021-06-24T00:00:00Z",
        "COMPACT; 20210624105030; 2021-06-24T10:50:30Z"
      })
  void milliseconds_equalsSql(TimeFormat format, String text, Instant expected)
      throws SQLException {
    assertThat(format.milliseconds(text)).hasValue(expected.toEpochMilli());
    try (SpillFolder spill = SpillFolder.create();
        DuckSession session = DuckSession.open(spill.path())) {
      String sql = format.sql(DuckSession.literal(text));
      assertThat(session.number("SELECT " + sql)).isEqualTo(expected.toEpochMilli());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SECONDS,1656105611000000000",
    "SECONDS,16561056111656105611",
    "SECONDS,9999999999999999999999",
    "SECONDS,1e300",
    "MILLISECONDS,99999999999999999999",
    "MICROSECONDS,9999999999999999999999",
    "NANOSECONDS,-99999999999999999999999",
    "ISO,infinity",
    "ISO,-infinity",
    "YEAR_FIRST,2021/13/01"
  })
  void sql_valueOutOfRange_isNull(TimeFormat format, String text) throws SQLException {
    try (SpillFolder spill = SpillFolder.create();
        DuckSession session = DuckSession.open(spill.path())) {
      String sql = format.sql(DuckSession.literal(text));
      assertThat(session.text("SELECT coalesce((" + sql + ")::VARCHAR, 'null')")).isEqualTo("null");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SECONDS,17",
    "SECONDS,banana",
    "ISO,2021-13-01",
    "DOTTED,31.02.2021x",
    "COMPACT,12345678"
  })
  void milliseconds_otherValue_empty(TimeFormat format, String text) {
    assertThat(format.milliseconds(text)).isEmpty();
  }
}
