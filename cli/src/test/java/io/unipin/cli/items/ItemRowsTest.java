package io.unipin.cli.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.cli.console.CommandException;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.proto.v1.Item;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ItemRowsTest {
  private static final Item FULL =
      Item.newBuilder()
          .setId(7)
          .setTitle("A, \"quoted\" title")
          .setCategory("music")
          .setAuthor("ann")
          .setCreatedMs(1_700_000_000_000L)
          .setExpiresMs(4_000_000_000_000L)
          .addContent(0.5f)
          .addContent(-2)
          .addContent(3e-4f)
          .build();

  private static final Item BARE = Item.newBuilder().setId(8).build();

  @TempDir Path folder;

  private static List<ItemRow> read(Path file) throws Exception {
    List<ItemRow> all = new ArrayList<>();
    try (ItemRows rows = ItemRows.open(file)) {
      for (Optional<ItemRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        all.add(row.get());
      }
    }
    return all;
  }

  private Path text(String name, String content) throws Exception {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path parquet(String name, String select) throws Exception {
    Path file = folder.resolve(name);
    try (DuckSession session = DuckSession.open(folder)) {
      session.execute(
          "COPY (" + select + ") TO " + DuckSession.literal(file.toString()) + " (FORMAT parquet)");
    }
    return file;
  }

  @Test
  void csv_rowsAreItems() throws Exception {
    Path file =
        text(
            "items.csv",
            """
            title,item_id,category,author,created_ms,expires_ms,content
            "A, ""quoted"" title",7,music,ann,1700000000000,4000000000000,"[0.5, -2, 3e-4]"

            ,8.0,,,,,
            """);
    assertThat(read(file))
        .containsExactly(
            ItemRow.of("items.csv line 2", FULL), ItemRow.of("items.csv line 4", BARE));
  }

  @Test
  void jsonLines_compressed_rowsAreItems() throws Exception {
    Path file = folder.resolve("items.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          """
          {"item_id": 7, "title": "A, \\"quoted\\" title", "category": "music", "author": "ann", "created_ms": 1700000000000, "expires_ms": 4000000000000, "content": [0.5, -2, 3e-4]}
          {"item_id": 8, "content": null, "more": {"a": 1}}
          """
              .getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read(file))
        .containsExactly(
            ItemRow.of("items.jsonl.gz line 1", FULL), ItemRow.of("items.jsonl.gz line 2", BARE));
    try (ItemRows rows = ItemRows.open(file)) {
      assertThat(rows.unread()).containsExactly("more");
    }
  }

  @Test
  void parquet_rowsAreItems() throws Exception {
    Path file =
        parquet(
            "items.parquet",
            """
            SELECT 7::INTEGER AS item_id, 'A, "quoted" title' AS title, 'music' AS category,
              'ann' AS author, 1700000000000 AS created_ms, 4000000000000 AS expires_ms,
              [0.5, -2, 3e-4]::DOUBLE[] AS content, 1 AS more
            UNION ALL BY NAME SELECT 8 AS item_id ORDER BY item_id\
            """);
    assertThat(read(file))
        .containsExactly(
            ItemRow.of("items.parquet row 1", FULL), ItemRow.of("items.parquet row 2", BARE));
    try (ItemRows rows = ItemRows.open(file)) {
      assertThat(rows.unread()).containsExactly("more");
      assertThat(rows.total()).isEqualTo(2);
    }
  }

  @Test
  void attributes_areReadFromEveryKindOfFile() throws Exception {
    Item item = Item.newBuilder().setId(1).addAttributes("red").addAttributes("wool, fine").build();
    Item none = Item.newBuilder().setId(2).build();
    Path csv =
        text("a.csv", "item_id,attributes\n1,\"red | wool, fine\"\n2,\n2, |\n3,[1]\n3,[\"a\"\n");
    String list = "column attributes: a list such as [\"red\", \"wool\"] expected, got '[\"a\"'";
    assertThat(read(csv))
        .containsExactly(
            ItemRow.of("a.csv line 2", item),
            ItemRow.of("a.csv line 3", none),
            ItemRow.of("a.csv line 4", none),
            ItemRow.refused("a.csv line 5", "column attributes: texts expected, got '1'"),
            ItemRow.refused("a.csv line 6", list));
    Path json =
        text(
            "a.jsonl",
            """
            {"item_id": 1, "attributes": ["red", "wool, fine"]}
            {"item_id": 2, "attributes": null}
            {"item_id": 3, "attributes": [" "]}
            """);
    assertThat(read(json))
        .containsExactly(
            ItemRow.of("a.jsonl line 1", item),
            ItemRow.of("a.jsonl line 2", none),
            ItemRow.refused(
                "a.jsonl line 3",
                "item 3: attributes[0]: an attribute that is not blank expected"));
    Path parquet =
        parquet(
            "a.parquet",
            "SELECT * FROM (VALUES (1, ['red', 'wool, fine']), (2, NULL), (3, ['a', NULL]))"
                + " AS t(item_id, attributes)");
    assertThat(read(parquet))
        .containsExactly(
            ItemRow.of("a.parquet row 1", item),
            ItemRow.of("a.parquet row 2", none),
            ItemRow.refused("a.parquet row 3", "column attributes: texts expected, got null"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x,,            | column item_id: a whole number of 64 bits expected, got 'x'",
        ",,             | column item_id: a number of at least 0 expected, got null",
        "5.7,,          | column item_id: a whole number of 64 bits expected, got '5.7'",
        "99999999999999999999,, | column item_id: a whole number of 64 bits expected, got '99999999999999999999'",
        "-3,,           | item -3: id: at least 0 expected, got -3",
        "3,soon,        | column created_ms: a whole number of 64 bits expected, got 'soon'",
        "3,,0.5         | column content: a list such as [0.1, 0.2] expected, got '0.5'",
        "3,,[a]         | column content: numbers expected, got 'a'",
        "3,,[NaN]       | column content: numbers expected, got 'NaN'",
        "3,,[9e99]      | item 3: content[0]: a finite number expected, got Infinity",
        "3,             | 3 columns expected, got 2",
        "3,,,           | 3 columns expected, got 4",
      })
  void faultyRow_isNamed(String row, String fault) throws Exception {
    Path file = text("items.csv", "item_id,created_ms,content\n1,,\n" + row + "\n2,,\n");
    List<ItemRow> rows = read(file);
    assertThat(rows).hasSize(3);
    assertThat(rows.get(1)).isEqualTo(ItemRow.refused("items.csv line 3", fault));
    assertThat(rows.get(2).item()).isEqualTo(Item.newBuilder().setId(2).build());
  }

  @Test
  void parquet_faultyValues_areNamed() throws Exception {
    Path file =
        parquet(
            "items.parquet",
            "SELECT * FROM (VALUES (1, [1.0::FLOAT, NULL]), (NULL, [1.0]), (3, ['nan'::FLOAT]))"
                + " AS t(item_id, content)");
    assertThat(read(file))
        .containsExactly(
            ItemRow.refused("items.parquet row 1", "column content: numbers expected, got null"),
            ItemRow.refused(
                "items.parquet row 2", "column item_id: a number of at least 0 expected, got null"),
            ItemRow.refused(
                "items.parquet row 3", "item 3: content[0]: a finite number expected, got NaN"));
  }

  @Test
  void parquet_numberTooLargeForContent_refusesItsRowOnly() throws Exception {
    Path file =
        parquet(
            "items.parquet",
            "SELECT * FROM (VALUES (1, [0.5, 1e300::DOUBLE]), (2, [0.25, -2]))"
                + " AS t(item_id, content)");
    assertThat(read(file))
        .containsExactly(
            ItemRow.refused(
                "items.parquet row 1",
                "item 1: content[1]: a finite number expected, got Infinity"),
            ItemRow.of(
                "items.parquet row 2",
                Item.newBuilder().setId(2).addContent(0.25f).addContent(-2).build()));
  }

  /** Tests texts that a message would carry with question marks in place of characters. */
  @ParameterizedTest
  @CsvSource({"title, 1024", "category, 256", "author, 256"})
  void halfACharacter_isRefused(String column, int most) throws Exception {
    Path file = text("items.jsonl", "{\"item_id\": 1, \"%s\": \"a\\ud83d\"}".formatted(column));
    assertThat(read(file))
        .containsExactly(
            ItemRow.refused(
                "items.jsonl line 1",
                "item 1: %s: whole characters expected, got half of one".formatted(column)));
    Path whole =
        text("whole.jsonl", "{\"item_id\": 1, \"%s\": \"a\\ud83d\\ude00\"}".formatted(column));
    assertThat(read(whole).get(0).fault()).isEmpty();
    Path longer =
        text(
            "long.jsonl",
            "{\"item_id\": 1, \"%s\": \"%s\"}".formatted(column, "x".repeat(most + 1)));
    assertThat(read(longer).get(0).fault())
        .isEqualTo(
            "item 1: %s: at most %s characters expected, got %s".formatted(column, most, most + 1));
  }

  @Test
  void file_thatHoldsNoItems_isRefusedInOneLine() throws Exception {
    refused(text("empty.csv", ""), "empty.csv: a header row expected, got none");
    refused(
        text("other.csv", "id,title\n1,a\n"),
        "other.csv: a column item_id or key expected, got [id, title]");
    refused(
        text("twice.csv", "item_id,item_id\n1,2\n"),
        "twice.csv: columns with distinct names expected, got [item_id, item_id]");
    refused(text("items.parquet", "no"), "items.parquet: Parquet expected, got text");
    refused(
        text("list.json", "[{\"item_id\": 1}]"),
        "list.json: line 1: one JSON object a line expected, got an array");
    refused(
        parquet("types.parquet", "SELECT 'a' AS item_id"),
        "types.parquet: column item_id: one of [BIGINT, INTEGER, SMALLINT, UINTEGER] expected, got"
            + " VARCHAR");
    Path cut = parquet("cut.parquet", "SELECT range AS item_id FROM range(1000)");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 600));
    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("cut.parquet: Parquet: ");
  }

  private static void refused(Path file, String message) {
    assertThatThrownBy(() -> read(file)).isInstanceOf(CommandException.class).hasMessage(message);
  }
}
