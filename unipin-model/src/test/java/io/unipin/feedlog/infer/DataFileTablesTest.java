package io.unipin.feedlog.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests tables of several files, and columns with odd names. */
final class DataFileTablesTest extends DataFilesFixture {
  @Test
  void of_partitioned_parquet_reads_all_files() throws IOException, SQLException {
    Path csv =
        write(
            "all.csv",
            "usr,prod,ts,day\n"
                + lines(
                    v ->
                        "u"
                            + v.user()
                            + ",p"
                            + v.item()
                            + ","
                            + v.time().toString().replace("T", " ").replace("Z", "")
                            + ","
                            + v.time().toString().substring(0, 7)));
    Path table = folder.resolve("clicks");
    try (DuckSession session = DuckSession.open(folder)) {
      session.execute(
          "COPY (SELECT usr, prod, ts::TIMESTAMP AS ts, day FROM read_csv(%s)) TO %s (FORMAT parquet, PARTITION_BY (day))"
              .formatted(
                  DuckSession.literal(csv.toString()), DuckSession.literal(table.toString())));
    }
    requireAll(imported(table));
  }

  /** The first rows, which determine the mapping, show two of three codes. */
  @Test
  void of_whole_numbers_for_actions_reads_later_numbers_as_other() throws Exception {
    Path table = folder.resolve("clicks.parquet");
    try (DuckSession session = DuckSession.open(folder)) {
      session.execute(
          """
          COPY (SELECT (i // 5) %% 997 AS user_id, (i * 7 + i // 900) %% 53 AS item_id,
              CASE WHEN i = 69000 THEN 9 ELSE 1 + i %% 2 END AS behavior_type,
              1614931234000 + i * 1000 AS time_ms FROM range(70000) AS r(i))
          TO %s (FORMAT parquet)\
          """
              .formatted(DuckSession.literal(table.toString())));
    }
    FeedLog log = imported(table);
    assertThat(log.actions()).isEqualTo(70_000);
    assertThat(log.schema().actions()).containsExactlyInAnyOrder("1", "2", "other");
  }

  @Test
  void of_pattern_reads_parts_of_one_table() throws IOException {
    String text = lines(v -> v.user() + "|" + v.item() + "|" + v.time());
    int half = text.indexOf('\n', text.length() / 2) + 1;
    write("part-1.psv", "user_id|article_id|read_at\n" + text.substring(0, half));
    write("part-2.psv", "user_id|article_id|read_at\n" + text.substring(half));
    requireAll(imported(folder));
    requireAll(imported(folder.resolve("part-*.psv")));
  }

  @Test
  void of_index_column_without_name_reads_the_rest() throws IOException {
    Path file =
        write(
            "pandas.csv",
            ",user,item,timestamp\n"
                + lines(
                    v ->
                        String.join(
                            ",",
                            "" + VISITS.indexOf(v),
                            "" + v.user(),
                            "" + v.item(),
                            String.format(Locale.ROOT, "%.3f", v.timeMs() / 1000.0))));
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_later_columns_without_names_reads_the_rest() throws IOException {
    Path file =
        write(
            "export.csv",
            "user,item,,timestamp,column5, \n"
                + lines(v -> v.user() + "," + v.item() + ",web," + v.timeMs() / 1000 + ",x,"));
    assertThat(infer(file).events().columns().stream().map(ColumnProfile::name))
        .containsExactly("user", "item", "column3", "timestamp", "column5", "column6");
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }

  /**
   * YAML reads some of these characters as the end of a line, and forbids the other characters in
   * any text.
   */
  @ParameterizedTest
  @ValueSource(strings = {"\u0085", "\u2028", "\u2029", "\u0080", "\u009f", "\u0007"})
  void mapping_columnsWithOddCharacters_isRead(String odd) throws IOException {
    Path file =
        write(
            "odd.csv",
            "user"
                + odd
                + "id,item"
                + odd
                + "x: id,timestamp\n"
                + lines(v -> v.user() + "," + v.item() + "," + v.timeMs() / 1000));
    Decisions decisions =
        Decisions.none()
            .with(Role.USER, "user" + odd + "id")
            .with(Role.ITEM, "item" + odd + "x: id");
    assertThat(imported(file, decisions).actions()).isEqualTo(VISITS.size());
  }
}
