package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedLogReaderTest {
  @TempDir private static Path sound;
  @TempDir private Path temporary;

  @BeforeAll
  static void writeSoundLog() {
    FeedLogWriter.write(FeedLogs.small(), sound.resolve("log"));
  }

  /** Each row names the cell to replace, the new value, and the expected error. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ACTIONS   | user_id     | 2 | NULL             | an id that is not blank expected, got null
          ACTIONS   | user_id     | 2 | '  '             | an id that is not blank expected, got '  '
          ACTIONS   | item_id     | 3 | NULL             | an item of the items table expected, got null
          ACTIONS   | item_id     | 3 | 99               | an item of the items table expected, got '99'
          ACTIONS   | item_id     | 3 | -1               | an item of the items table expected, got '-1'
          ACTIONS   | actions     | 1 | NULL             | a list of names among [click, save], got 'null'
          ACTIONS   | actions     | 1 | ['click','like'] | a list of names among [click, save], got '[click, like]'
          ACTIONS   | actions     | 1 | ['click', NULL]  | a list of names among [click, save], got '[click, NULL]'
          ACTIONS   | surface     | 4 | 'attic'          | one of [home, related] expected, got 'attic'
          ACTIONS   | surface     | 4 | NULL             | one of [home, related] expected, got 'null'
          ACTIONS   | time_ms     | 2 | -1               | milliseconds between 1970 and 2100 expected, got '-1'
          ACTIONS   | time_ms     | 2 | 1735689600000000 | milliseconds between 1970 and 2100 expected, got '1735689600000000'
          ACTIONS   | time_ms     | 2 | NULL             | a time expected, as other actions of the user have, got null
          ACTIONS   | event_id    | 3 | 'e'              | the user has an earlier action with this id, got 'e'
          FEEDVIEWS | user_id     | 1 | NULL             | an id that is not blank expected, got null
          FEEDVIEWS | item_id     | 5 | 11               | an item of the items table expected, got '11'
          FEEDVIEWS | actions     | 2 | ['share']        | a list of names among [click, save], got '[share]'
          FEEDVIEWS | surface     | 3 | ''               | one of [home, related] expected, got ''
          FEEDVIEWS | surface     | 2 | 'related'        | the same in all rows of a feedview expected, got 'another'
          FEEDVIEWS | time_ms     | 2 | 1501             | the same in all rows of a feedview expected, got 'another'
          FEEDVIEWS | time_ms     | 3 | NULL             | a time expected, as other rows of the user have, got null
          FEEDVIEWS | feedview_id | 4 | NULL             | an id that is not blank expected, got null
          FEEDVIEWS | position    | 2 | 0                | the feedview has an earlier row there, got '0'
          FEEDVIEWS | position    | 2 | -1               | a number of at least 0 expected, got '-1'
          FEEDVIEWS | position    | 2 | NULL             | a number of at least 0 expected, got null
          FEEDVIEWS | oracle      | 2 | 'nan'::FLOAT     | a finite number or null expected, got 'NaN'
          FEEDVIEWS | propensity  | 2 | 0::DOUBLE        | a number above 0 and at most 1, or null, expected, got '0.0'
          FEEDVIEWS | propensity  | 2 | 1.5::DOUBLE      | a number above 0 and at most 1, or null, expected, got '1.5'
          FEEDVIEWS | propensity  | 2 | 'nan'::DOUBLE    | a number above 0 and at most 1, or null, expected, got 'NaN'
          ITEMS     | item_id     | 4 | NULL             | a number of at least 0 expected, got null
          ITEMS     | item_id     | 4 | -7               | a number of at least 0 expected, got '-7'
          ITEMS     | item_id     | 4 | 10               | the item stands in an earlier row too, got '10'
          ITEMS     | content     | 2 | [1.0, 'nan'::FLOAT] | finite numbers expected, got '1 that are not'
          ITEMS     | content     | 2 | [1, NULL]        | finite numbers expected, got '1 that are not'
          ITEMS     | content     | 2 | [1]              | 2 numbers expected, as most items have, got '1'
          ITEMS     | attributes  | 2 | ['a', '']        | an attribute that is not blank expected, got '[a, ]'
          ITEMS     | attributes  | 2 | ['a', NULL]      | an attribute that is not blank expected, got '[a, null]'
          """)
  void read_badRow_namesFileRowColumnAndValue(
      FeedTable table, String column, int row, String value, String complaint) {
    FeedLogs.copy(sound.resolve("log"), temporary.resolve("log"));
    if (column.equals("event_id")) {
      FeedLogs.replace(
          temporary.resolve("log"), table, "SELECT * REPLACE ('e' AS event_id) FROM old LIMIT 2");
    }
    String type =
        table.columns().stream()
            .filter(c -> c.name().equals(column))
            .findAny()
            .orElseThrow()
            .type();
    int hit = column.equals("event_id") ? 2 : row;
    Path log =
        FeedLogs.replace(
            temporary.resolve("log"),
            table,
            "SELECT * REPLACE (CASE WHEN rowid = %d THEN %s ELSE %s END::%s AS %s) FROM old"
                .formatted(hit - 1, value, column, type, column));

    FeedLogException thrown =
        catchThrowableOfType(FeedLogException.class, () -> FeedLogReader.read(log, 0));
    assertThat(thrown)
        .hasMessage("%s row %d, column %s: %s".formatted(table.fileName(), hit, column, complaint));
    assertThat(thrown.file()).isEqualTo(table.fileName());
    assertThat(thrown.row()).isEqualTo(hit);
    assertThat(thrown.column()).isEqualTo(column);
  }

  /** The columns may have numbers that are too large for those that a log keeps. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          FEEDVIEWS | oracle  | 1e300      | DOUBLE   | a finite number or null expected, got '1.0E300'
          ITEMS     | content | [1, 1e300] | DOUBLE[] | finite numbers expected, got '1 that are not'
          """)
  void read_numberOutOfRange_isBad(
      FeedTable table, String column, String value, String type, String complaint) {
    Path log =
        FeedLogs.with(
            temporary.resolve("log"),
            table,
            "SELECT * REPLACE (CASE WHEN rowid = 1 THEN %s ELSE %s END::%s AS %s) FROM old"
                .formatted(value, column, type, column));
    assertThatThrownBy(() -> FeedLogReader.read(log, 0))
        .hasMessage("%s row 2, column %s: %s".formatted(table.fileName(), column, complaint));
    assertThat(FeedLogReader.read(log, 9).badRows()).isPositive();
  }

  @Test
  void read_timeAndSequenceBothMissing_isBad() {
    Path log =
        FeedLogs.with(
            temporary.resolve("log"),
            FeedTable.ACTIONS,
            "SELECT * REPLACE (NULL::BIGINT AS time_ms, NULL::BIGINT AS sequence) FROM old");
    assertThatThrownBy(() -> FeedLogReader.read(log, 0))
        .hasMessageContaining("a time, or else a sequence, expected, got null");
  }

  @Test
  void read_viewsWithTimesOfUserWithout_isBad() {
    Path log =
        FeedLogs.with(
            temporary.resolve("log"),
            FeedTable.ACTIONS,
            "SELECT * REPLACE (NULL::BIGINT AS time_ms) FROM old");
    assertThatThrownBy(() -> FeedLogReader.read(log, 0))
        .hasMessageContaining("no time expected, as the user's actions have none");
  }

  @Test
  void read_allowedBadRows_areCountedAndLeftOut() {
    Path log =
        FeedLogs.with(
            temporary.resolve("log"),
            FeedTable.ITEMS,
            // one action and two impressions have this item
            "SELECT * FROM old WHERE item_id <> 30");
    assertThat(FeedLogReader.read(log, 3).badRows()).isEqualTo(3);
    assertThat(FeedLogReader.read(log, 3).impressions()).isEqualTo(3);
    assertThatThrownBy(() -> FeedLogReader.read(log, 2))
        .hasMessageStartingWith("feedviews.parquet row ")
        .hasMessageEndingWith("(and 2 bad rows before, as allowed)");
  }

  @Test
  void read_renamedColumn_listsExpectedAndFound() {
    Path log =
        FeedLogs.with(
            temporary.resolve("log"),
            FeedTable.ACTIONS,
            "SELECT * RENAME (item_id AS item) FROM old");
    assertThatThrownBy(() -> FeedLogReader.read(log, 100))
        .hasMessageContaining(
            "actions.parquet: column item_id is missing; expected user_id VARCHAR")
        .hasMessageContaining("; found user_id VARCHAR, item BIGINT, actions VARCHAR[]")
        .hasMessageNotContaining("\n");
  }

  @Test
  void read_wrongType_listsExpectedAndFound() {
    Path log =
        FeedLogs.with(
            temporary.resolve("log"),
            FeedTable.FEEDVIEWS,
            "SELECT * REPLACE (actions[1] AS actions) FROM old");
    assertThatThrownBy(() -> FeedLogReader.read(log, 100))
        .hasMessageContaining("feedviews.parquet: column actions is VARCHAR, not VARCHAR[]");
  }

  @Test
  void read_optionalColumnsAbsent_isFine() {
    Path log =
        FeedLogs.with(
            temporary.resolve("log"),
            FeedTable.ACTIONS,
            "SELECT user_id, item_id::INTEGER AS item_id, actions, surface, time_ms, 1 AS extra"
                + " FROM old");
    FeedLogs.replace(log, FeedTable.ITEMS, "SELECT item_id, title, category FROM old");
    FeedLog read = FeedLogReader.read(log, 0);
    assertThat(read.actions()).isEqualTo(4);
    assertThat(read.catalogue().contentDim()).isZero();
  }

  @Test
  void read_contentOfFewItems_isTheirsAlone() {
    Path log =
        FeedLogs.with(
            temporary.resolve("log"),
            FeedTable.ITEMS,
            "SELECT * REPLACE (CASE WHEN item_id = 10 THEN [1.5, 2] ELSE [] END::FLOAT[] AS"
                + " content) FROM old");
    FeedLog read = FeedLogReader.read(log, 0);
    assertThat(read.catalogue().contentDim()).isEqualTo(2);
    assertThat(read.catalogue().content()).startsWith(1.5f, 2, 0, 0);
  }

  @Test
  void read_missingOrBrokenFiles_areNamed() throws IOException {
    Path log = temporary.resolve("log");
    assertThatThrownBy(() -> FeedLogReader.read(log, 0)).hasMessage(log + ": no such directory");
    FeedLogWriter.write(FeedLogs.small(), log);

    Files.delete(log.resolve("feedviews.parquet"));
    assertThat(FeedLogReader.read(log, 0).views()).isZero();

    Files.writeString(log.resolve("actions.parquet"), "user_id,item_id\n");
    assertThatThrownBy(() -> FeedLogReader.read(log, 0))
        .hasMessageStartingWith(log.resolve("actions.parquet") + ": not a readable Parquet file: ")
        .hasMessageNotContaining("\n");

    Files.delete(log.resolve("actions.parquet"));
    assertThatThrownBy(() -> FeedLogReader.read(log, 0))
        .hasMessage(log.resolve("actions.parquet") + ": no such file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `version: 1\nactoins: [click]`                                            | feedlog.yaml:2:1: actoins: unknown key; known here are [version, actions, positives, surfaces]; did you mean 'actions'?
          `version: 2\nactions: [a]\npositives: [a]\nsurfaces: [s]`                 | version 1 expected, got 2
          `version: 1\nactions: [a]\nactions: [b]`                                  | feedlog.yaml:3:1: actions: a key that stands once expected, got it again; the first stands in line 2
          `version: 1\nactions: [a\npositives: [a]`                                 | feedlog.yaml:3:10: expected ',' or ']', but got :
          `version: 1\nactions: [a]\npositives: [b]\nsurfaces: [s]`                 | positives must be among the actions [a], got 'b'
          `version: 1\nactions: [a, a]\npositives: [a]\nsurfaces: [s]`              | a name stands twice in [a, a]
          `version: 1\nactions: [a]`                                                | feedlog.yaml: the key 'positives' is missing
          `version: one`                                                            | feedlog.yaml:1:1: version: a whole number expected, got "one"
          ``                                                                        | feedlog.yaml: the key 'version' is missing
          """)
  void read_brokenSchemaFile_namesLineAndReason(String yaml, String complaint) throws IOException {
    Path log = temporary.resolve("log");
    FeedLogs.copy(sound.resolve("log"), log);
    Files.writeString(log.resolve(SchemaFile.NAME), yaml.replace("\\n", "\n"));
    assertThatThrownBy(() -> FeedLogReader.read(log, 0))
        .isInstanceOf(FeedLogException.class)
        .hasMessageStartingWith(log.resolve(SchemaFile.NAME).toString())
        .hasMessageContaining(complaint)
        .hasMessageNotContaining("\n");
  }
}
