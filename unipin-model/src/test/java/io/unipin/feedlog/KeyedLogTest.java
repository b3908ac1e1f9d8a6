package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.source.SourceFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests feed logs whose items have keys. */
final class KeyedLogTest {
  private static final String KEYED = "SELECT *, 'key ' || item_id AS item_key FROM old";

  @TempDir private Path temporary;

  /** Writes the small log. Its items have the keys "key 10" to "key 40". */
  private Path log() {
    return FeedLogs.with(
        temporary.resolve("log"),
        FeedTable.ITEMS,
        "SELECT * REPLACE ('key ' || item_id AS key) FROM old");
  }

  @Test
  void read_keys_areFoundBothWays() {
    Catalogue items = FeedLogReader.read(log(), 0).catalogue();
    assertThat(items.key(2)).isEqualTo("key 30");
    assertThat(items.row("key 30")).isEqualTo(2);
    assertThat(items.row("key 31")).isEqualTo(Catalogue.UNKNOWN);
    assertThat(items.row("")).isEqualTo(Catalogue.UNKNOWN);
    items.write(temporary.resolve("catalogue.parquet"));
    Catalogue again = Catalogue.read(temporary.resolve("catalogue.parquet"));
    assertThat(again.key(2)).isEqualTo("key 30");
    assertThat(again.item(2).key()).isEqualTo("key 30");
  }

  @Test
  void read_itemsWithKeysAlone_getTheIdsOfTheirKeys() {
    Path log =
        FeedLogs.replace(
            log(), FeedTable.ITEMS, "SELECT * EXCLUDE (item_id) FROM old WHERE item_id < 30");
    for (FeedTable table : List.of(FeedTable.ACTIONS, FeedTable.FEEDVIEWS)) {
      FeedLogs.replace(
          log,
          table,
          "SELECT * EXCLUDE (item_id), 'key ' || item_id AS item_key FROM old WHERE item_id < 30");
    }
    FeedLog read = FeedLogReader.read(log, 0);
    assertThat(read.catalogue().id(1)).isEqualTo(ItemKeys.id("key 20"));
    assertThat(read.actionItems()).containsExactly(0, 1);
    assertThat(read.impressionItems()).containsExactly(0, 1);
    FeedLogWriter.write(read, temporary.resolve("again"));
    FeedLogRoundTripTest.assertSame(FeedLogReader.read(temporary.resolve("again"), 0), read);
  }

  @Test
  void read_actionsByKeyAndById_areTheSame() {
    Path log = log();
    FeedLog byId = FeedLogReader.read(log, 0);
    FeedLogs.replace(log, FeedTable.ACTIONS, KEYED);
    FeedLogRoundTripTest.assertSame(FeedLogReader.read(log, 0), byId);
    FeedLogs.replace(
        log,
        FeedTable.ACTIONS,
        "SELECT * REPLACE (CASE WHEN item_id < 30 THEN item_id END AS item_id,"
            + " CASE WHEN item_id >= 30 THEN item_key END AS item_key) FROM old");
    FeedLogRoundTripTest.assertSame(FeedLogReader.read(log, 0), byId);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ACTIONS   | item_key | NULL     | 'key 11' | the key of an item of the items table expected, got 'key 11'
          ACTIONS   | item_key | 10       | 'key 20' | the key of item 10 expected, got 'key 20'
          ACTIONS   | item_id  | 11       | 'key 10' | an item of the items table expected, got '11'
          ACTIONS   | item_id  | NULL     | NULL     | an item of the items table expected, got null
          FEEDVIEWS | item_key | NULL     | ''       | the key of an item of the items table expected, got ''
          ITEMS     | key      | NULL     | 'key 20' | the key stands in an earlier row too, got 'key 20'
          ITEMS     | key      | 20       | 'other'  | another item id than 20 of key 'key 20' expected (give one of the two an item_id), got 'other'
          ITEMS     | key      | NULL     | ' '      | a key that is not blank expected, got ' '
          ITEMS     | key      | 7        | chr(7)   | a key without control characters expected, got
          ITEMS     | key      | 7        | repeat('é', 129) | a key of 1 to 256 bytes of UTF-8 expected, got
          ITEMS     | item_id  | 20       | NULL     | the item stands in an earlier row too, got '20'
          ITEMS     | item_id  | NULL     | NULL     | a number of at least 0 expected, got null
          """)
  void read_badKey_namesFileRowColumnAndValue(
      FeedTable table, String column, String id, String key, String complaint) {
    Path log = log();
    String replaced =
        table == FeedTable.ITEMS
            ? "SELECT * REPLACE (CASE rowid WHEN 3 THEN %s ELSE item_id END AS item_id,"
                + " CASE rowid WHEN 3 THEN %s ELSE key END AS key) FROM old"
            : "SELECT * REPLACE (CASE rowid WHEN 3 THEN %s ELSE item_id END AS item_id),"
                + " CASE rowid WHEN 3 THEN %s END::VARCHAR AS item_key FROM old";
    FeedLogs.replace(log, table, replaced.formatted(id, key));
    assertThatThrownBy(() -> FeedLogReader.read(log, 0))
        .isInstanceOf(FeedLogException.class)
        .hasMessageStartingWith(
            "%s row 4, column %s: %s".formatted(table.fileName(), column, complaint));
  }

  @Test
  void read_twoKeysOfOneId_namesBoth() throws SQLException {
    Path items =
        FeedLogs.replace(log(), FeedTable.ITEMS, "SELECT * EXCLUDE (item_id) FROM old")
            .resolve(FeedTable.ITEMS.fileName());
    try (DuckSession session = DuckSession.open(temporary)) {
      ItemsTable table =
          new ItemsTable(session, List.of(SourceFile.alone(items)), new BadRows(0), key -> 7);
      assertThatThrownBy(table::read)
          .hasMessage(
              "items.parquet row 2, column key: another item id than 7 of key 'key 10' expected"
                  + " (give one of the two an item_id), got 'key 20'");
    }
  }

  @Test
  void of_aKeyTwice_isRefused() {
    List<CatalogueItem> items =
        IntStream.range(0, 2)
            .mapToObj(id -> new CatalogueItem(id, "", "", 0, new float[0], "", "same"))
            .toList();
    assertThatThrownBy(() -> Catalogue.of(items))
        .hasMessageContaining("got 'same' at rows 0 and 1");
  }

  /** Reads a table that was written before items had keys. */
  @Test
  void read_aTableOfTheTimeBeforeKeys_hasNone() throws URISyntaxException {
    Path before =
        Path.of(Objects.requireNonNull(getClass().getResource("items-1.parquet")).toURI());
    Catalogue items = Catalogue.read(before);
    assertThat(IntStream.range(0, items.size()).mapToObj(items::key))
        .containsExactly("", "", "", "");
    assertThat(IntStream.range(0, items.size()).mapToLong(items::id))
        .containsExactly(10L, 20L, 30L, 40L);
    assertThat(items.author(1)).isEqualTo("author 1");
    assertThat(items.content()).startsWith(0, 0, 1, -1);
  }
}
