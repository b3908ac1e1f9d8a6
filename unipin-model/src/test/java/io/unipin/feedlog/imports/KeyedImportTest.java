package io.unipin.feedlog.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.ItemKeys;
import io.unipin.feedlog.database.DuckSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests imports of catalogues whose items have keys instead of numbers. */
final class KeyedImportTest {
  private static final String LAMP = "0003374a-a35c-46ed-96d2-0ea32b753199";
  private static final String DESK = "5b0a5c3e-7c1f-4b0c-8a55-6d3f5f0f9a11";
  private static final String MAPPING =
      """
      version: 1
      schema: {actions: [click], positives: [click], surfaces: [home]}
      sources:
        clicks: {file: clicks.csv, types: {ts: BIGINT}}
        movies: {file: movies.csv}
      actions:
        from: clicks
        columns: {user_id: user, item_key: item, time_ms: ts, actions: "['click']"}
      feedviews:
        from: clicks
        columns: {user_id: user, feedview_id: user, item_key: item, time_ms: 1656105611000, position: "0", actions: "[]"}
      items:
        sql: SELECT item_id AS key, title FROM movies
      """;

  @TempDir private Path temporary;
  private Path source;

  @BeforeEach
  void writeSource() throws IOException {
    source = Files.createDirectory(temporary.resolve("source"));
    write("clicks.csv", "user,item,ts", "u1," + LAMP + ",1656105611000", "u2," + DESK + ",7");
    write("movies.csv", "item_id,title", LAMP + ",Lamp", DESK + ",Desk");
  }

  private void write(String file, String... lines) throws IOException {
    Files.write(source.resolve(file), List.of(lines));
  }

  private Path mapping(String text) throws IOException {
    return Files.writeString(temporary.resolve("import.yaml"), text);
  }

  private Path run(String name, String mapping, long maxBadRows) throws IOException {
    Path out = temporary.resolve(name);
    Importer.run(mapping(mapping), source, out, maxBadRows);
    return out;
  }

  private static List<Long> ids(FeedLog log) {
    Catalogue items = log.catalogue();
    return IntStream.range(0, items.size()).mapToObj(items::id).toList();
  }

  @Test
  void run_twice_givesEachKeyTheSameId() throws IOException {
    FeedLog once = FeedLogReader.read(run("once", MAPPING, 0), 0);
    write("movies.csv", "item_id,title", DESK + ",A desk", "new,New", LAMP + ",Lamp");
    FeedLog again = FeedLogReader.read(run("again", MAPPING, 0), 0);
    assertThat(ids(once)).containsExactly(8757053378310895751L, ItemKeys.id(DESK));
    assertThat(ids(again)).containsExactly(ids(once).get(1), ItemKeys.id("new"), ids(once).get(0));
    assertThat(once.catalogue().key(0)).isEqualTo(LAMP);
    assertThat(once.actionItems()).containsExactly(0, 1);
    assertThat(once.impressionItems()).containsExactly(0, 1);
    assertThat(again.actionItems()).containsExactly(2, 0);
  }

  /** The tables contain ids, so other programs that read the log can join the tables by id. */
  @Test
  void run_keys_areReplacedByIdsInActions() throws IOException, SQLException {
    Path out = run("out", MAPPING, 0);
    try (DuckSession session = DuckSession.open(temporary)) {
      for (String table : List.of("actions", "feedviews")) {
        String rows = DuckSession.parquet(List.of(out.resolve(table + ".parquet")));
        assertThat(session.describe("SELECT * FROM " + rows))
            .extracting(DuckSession.Column::name)
            .contains("item_id")
            .doesNotContain("item_key");
        assertThat(session.number("SELECT max(item_id) FROM " + rows + " WHERE user_id = 'u1'"))
            .isEqualTo(ItemKeys.id(LAMP));
      }
    }
  }

  @Test
  void run_idsGivenBesideKeys_areKept() throws IOException {
    write("movies.csv", "item_id,title,number", LAMP + ",Lamp,12", DESK + ",Desk,");
    String given =
        MAPPING.replace(
            "SELECT item_id AS key, title",
            "SELECT number::BIGINT AS item_id, item_id AS key, title");
    FeedLog log = FeedLogReader.read(run("out", given, 0), 0);
    assertThat(ids(log)).containsExactly(12L, ItemKeys.id(DESK));
    assertThat(log.actionItems()).containsExactly(0, 1);
  }

  @Test
  void run_twoKeysOfOneId_namesBoth() throws IOException {
    Path mapping = mapping(MAPPING);
    assertThatThrownBy(
            () ->
                Importer.importAll(
                    mapping, source, temporary.resolve("out"), 0, key -> key.length()))
        .isInstanceOf(FeedLogException.class)
        .hasMessageStartingWith(
            "items.parquet row 2, column key: another item id than 36 of key '%s' expected (give one of the two an item_id), got '%s'"
                .formatted(LAMP, DESK));
    assertThat(temporary.resolve("out")).doesNotExist();
  }

  @Test
  void run_unknownOrDoubleKeys_areRefusedRows() throws IOException {
    write("clicks.csv", "user,item,ts", "u1,lamp,5", "u2," + DESK + ",7", "u3," + LAMP + ",9");
    write("movies.csv", "item_id,title", LAMP + ",Lamp", DESK + ",Desk", DESK + ",Other");
    assertThatThrownBy(() -> run("out", MAPPING, 0))
        .hasMessageStartingWith(
            "items.parquet row 3, column key: the key stands in an earlier row too, got '" + DESK);
    assertThatThrownBy(() -> run("out", MAPPING, 2))
        .hasMessageContaining("column item_key: the key of an item of the items table expected");
    Path out = run("out", MAPPING, 3);
    FeedLog log = FeedLogReader.read(out, 0);
    assertThat(log.users()).isEqualTo(2);
    assertThat(log.catalogue().title(log.actionItems()[0])).isEqualTo("Desk");
    assertThat(log.catalogue().title(log.actionItems()[1])).isEqualTo("Lamp");
  }

  @Test
  void run_keysReadAsNumbers_saysWhatKeysAre() throws IOException {
    String hint = "; ids that are no numbers are keys: map them to key and item_key";
    String byId = MAPPING.replace("item_key: item", "item_id: item");
    String typed = byId.replace("types: {ts: BIGINT}", "types: {item: BIGINT, ts: BIGINT}");
    assertThatThrownBy(() -> run("out", typed, 0))
        .hasMessageStartingWith(
            "clicks.csv line 2, column item: Could not convert string \"" + LAMP)
        .hasMessageContaining(hint);
    assertThatThrownBy(() -> run("out", byId, 0))
        .hasMessageContaining("actions.columns.item_id: Conversion Error")
        .hasMessageContaining(hint);
    String items = MAPPING.replace("item_id AS key", "item_id");
    assertThatThrownBy(() -> run("out", items, 0))
        .hasMessageContaining("items.sql: Conversion Error")
        .hasMessageContaining(hint);
    String none = MAPPING.replace("item_key: item, time_ms: ts", "time_ms: ts");
    assertThatThrownBy(() -> run("out", none, 0))
        .hasMessageContaining("actions: column item_id or item_key expected");
    String time = MAPPING.replace("time_ms: ts", "time_ms: user");
    assertThatThrownBy(() -> run("out", time, 0)).hasMessageNotContaining(hint);
  }
}
