package io.unipin.feedlog.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.BadRow;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedLogs;
import io.unipin.feedlog.database.DuckSession;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImporterTest {
  private static final String MAPPING =
      """
      version: 1
      schema:
        actions: [seen, liked]
        positives: [seen]
        surfaces: [home]
      sources:
        ratings:
          file: ratings.csv.gz
          types: {item: BIGINT, stars: INTEGER, day: BIGINT}
        films:
          file: films.tsv
          types: {id: BIGINT}
      actions:
        from: ratings
        columns:
          user_id: user
          item_id: item
          time_ms: day * 86400000
          actions: CASE WHEN stars >= 4 THEN ['seen', 'liked'] ELSE ['seen'] END
        where: stars > 0
      items:
        from: films
        columns: {item_id: id, title: name, category: "upper(kind)"}
      """;

  @TempDir private Path temporary;
  private Path source;
  private Path mapping;
  private Path out;

  @BeforeEach
  void writeSource() throws IOException {
    source = Files.createDirectory(temporary.resolve("source"));
    mapping = temporary.resolve("import.yaml");
    out = temporary.resolve("out/log");
    Files.writeString(
        source.resolve("films.tsv"), "id\tname\tkind\n5\tAlien \"1979\"\thorror\n6\tUp\tfun\n");
    writeRatings("ann,5,5,1", "ann,6,2,2", "\"b,o\"\"b\",6,4,3", "ann,5,0,9");
    Files.writeString(mapping, MAPPING);
  }

  private void writeRatings(String... lines) throws IOException {
    Path file = source.resolve("ratings.csv.gz");
    try (Writer writer =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      writer.write("user,item,stars,day\n" + String.join("\n", lines) + "\n");
    }
  }

  private ImportReport run(long maxBadRows) {
    return Importer.run(mapping, source, out, maxBadRows);
  }

  private void replace(String old, String text) throws IOException {
    assertThat(MAPPING).contains(old);
    Files.writeString(mapping, MAPPING.replace(old, text));
  }

  @Test
  void run_gzipCsvAndTsv_makesFeedLog() {
    ImportReport report = run(0);
    assertThat(report).isEqualTo(new ImportReport(2, 3, 0, 0, 2, List.of()));
    FeedLog log = FeedLogReader.read(out, 0);
    assertThat(log.user(0)).isEqualTo("ann");
    assertThat(log.user(1)).isEqualTo("b,o\"b");
    assertThat(log.actionItems()).containsExactly(0, 1, 1);
    assertThat(log.actionBits()).containsExactly(3, 1, 3);
    assertThat(log.actionTimes()).containsExactly(86_400_000L, 172_800_000L, 259_200_000L);
    assertThat(log.catalogue().title(0)).isEqualTo("Alien \"1979\"");
    assertThat(log.catalogue().category(1)).isEqualTo("FUN");
  }

  @ParameterizedTest
  @CsvSource({"latin-1, ISO-8859-1", "utf-16, UTF-16LE"})
  void run_otherEncoding_holdsForColumnNamesToo(String encoding, String charset)
      throws IOException {
    Files.writeString(
        source.resolve("films.tsv"),
        "id\tMünze\tkind\n5\tÖl\thorror\n6\tUp\tfun\n",
        Charset.forName(charset));
    Files.writeString(
        mapping,
        MAPPING
            .replace("file: films.tsv", "file: films.tsv\n    encoding: " + encoding)
            .replace("title: name", "title: '\"Münze\"'"));
    run(0);
    assertThat(FeedLogReader.read(out, 0).catalogue().title(0)).isEqualTo("Öl");
  }

  @Test
  void run_malformedLines_areNamedByLineAndColumn() throws IOException {
    writeRatings("ann,5,5,1", "ann,six,2,2", "bob,6,4", "bob,6,4,3,7", "bob,6,4,3");
    assertThatThrownBy(() -> run(0))
        .isInstanceOf(FeedLogException.class)
        .hasMessageStartingWith("ratings.csv.gz line 3, column item: ")
        .hasMessageContaining("Could not convert string \"six\" to 'BIGINT', got 'ann,six,2,2'");
    assertThatThrownBy(() -> run(2)).hasMessageStartingWith("ratings.csv.gz line 5: ");
    assertThat(out).doesNotExist();

    ImportReport report = run(3);
    assertThat(report.leftOut()).extracting(BadRow::row).containsExactly(3L, 4L, 5L);
    assertThat(report.actions()).isEqualTo(2);
    assertThat(FeedLogReader.read(out, 0).actions()).isEqualTo(2);
  }

  @Test
  void run_idsThatAreFractions_areRefused() throws IOException {
    replace("types: {item: BIGINT, stars: INTEGER, day: BIGINT}", "types: {stars: INT, day: LONG}");
    writeRatings("ann,5.0,5,1", "ann,6,2,2");
    run(0);
    assertThat(FeedLogReader.read(out, 0).actionItems()).containsExactly(0, 1);
    writeRatings("ann,5,5,1", "ann,5.7,2,2");
    assertThatThrownBy(() -> run(0))
        .isInstanceOf(FeedLogException.class)
        .hasMessageContaining(
            "actions.columns.item_id: whole numbers as ids of items expected, got 5.7; ids that are"
                + " no numbers are keys");
  }

  @Test
  void run_parquetNumbersOfAWholeType_areNotRounded() throws Exception {
    Path file = source.resolve("films.parquet");
    try (DuckSession session = DuckSession.open(temporary)) {
      session.execute(
          "COPY (SELECT unnest([5.0, 6.5])::DOUBLE AS id, 'Up' AS name, 'fun' AS kind) TO "
              + DuckSession.literal(file.toString())
              + " (FORMAT parquet)");
    }
    Files.writeString(mapping, MAPPING.replace("films.tsv", "films.parquet"));
    assertThatThrownBy(() -> run(0))
        .isInstanceOf(FeedLogException.class)
        .hasMessageContaining("sources.films.types")
        .hasMessageContaining("a whole number expected, got 6.5");
  }

  @Test
  void run_badMappedRow_isShown_andDroppedWhereAllowed() throws IOException {
    writeRatings("ann,5,5,1", "ann,7,2,2", ",6,4,3", "bob,6,4,3");
    assertThatThrownBy(() -> run(0))
        .hasMessageStartingWith("actions.parquet row 3, column user_id: an id that is not blank")
        .hasMessageContaining("row as mapped: {'user_id': NULL, 'item_id': 6");
    ImportReport report = run(2);
    assertThat(report.actions()).isEqualTo(2);
    assertThat(FeedLogReader.read(out, 0).users()).isEqualTo(2);
    try (Stream<Path> left = Files.list(out.getParent())) {
      assertThat(left).containsExactly(out);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          time_ms: day           | tmie_ms: day            | :18:5: actions.columns: unknown column 'tmie_ms', expected user_id
          time_ms: day *         | time_ms: daz *          | :18:5: actions.columns.time_ms: Binder Error: Referenced column "daz" not found
          time_ms: day *         | time_ms: (day *         | :18:5: actions.columns.time_ms: syntax error at end of input
          user_id: user          | user_id: "user); DROP TABLE ratings; SELECT (1" | :16:5: actions.columns.user_id: Only SELECT statements
          user_id: user          | user_id: "1); SELECT (1"| :16:5: actions.columns.user_id: one SELECT expected
          user_id: user          | event_id: user          | :14:3: actions: column user_id expected
          item_id: item          | item_id: user           | :17:5: actions.columns.item_id: Conversion Error: Could not convert string 'ann'
          where: stars > 0       | where: starz > 0        | :20:3: actions.where: Binder Error: Referenced column "starz"
          from: ratings          | from: rating            | :14:3: actions.from: one of the sources [ratings, films] expected, got 'rating'; did you mean 'ratings'?
          types: {id: BIGINT}    | types: {idd: BIGINT}    | :12:13: sources.films.types.idd: no such column, the file has [id, name, kind]; did you mean 'id'?
          file: films.tsv        | file: ../films.tsv      | :11:5: sources.films.file: a path inside the source folder expected
          file: films.tsv        | file: film.tsv          | film.tsv: no such file
          file: films.tsv        | format: xml             | import.yaml:10:3: sources.films: the key 'file' is missing
          types: {id: BIGINT}    | typos: {id: BIGINT}     | :12:5: sources.films.typos: unknown key; known here are
          positives: [seen]      | positives: [heard]      | schema: positives must be among the actions [seen, liked], got 'heard'
          schema:                | shema:                  | import.yaml:2:1: shema: unknown key; known here are [version, schema, sources, actions, feedviews, items]; did you mean 'schema'?
          types: {id: BIGINT}    | format: jsonl          | import.yaml:12:5: sources.films.format: one of [json, parquet, text] expected, got 'jsonl'; did you mean 'json'?
          types: {id: BIGINT}    | encoding: utf8x        | import.yaml:12:5: sources.films.encoding: one of [latin-1, utf-16, utf-8] expected, got 'utf8x'; did you mean 'utf-8'?
          types: {id: BIGINT}    | max_line_characters: 1.5 | import.yaml:12:5: sources.films.max_line_characters: a whole number expected, got 1.5
          types: {id: BIGINT}    | header: "true"         | import.yaml:12:5: sources.films.header: true or false expected, got "true"
          version: 1             | version: 3              | version 1 expected, got 3
          columns: {item_id: id, | columns: {item_id: ,    | :23:13: items.columns.item_id: a value expected, got nothing
          """)
  void run_wrongMapping_namesLineAndReason(String old, String text, String complaint)
      throws IOException {
    replace(old, text);
    assertThatThrownBy(() -> run(0))
        .isInstanceOf(FeedLogException.class)
        .hasMessageContaining(complaint)
        .hasMessageNotContaining("\n");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          (SELECT content FROM read_text('SECRET'))
          (SELECT max(line) FROM read_csv('SECRET', columns = {'line': 'VARCHAR'}))
          (SELECT count(*) FROM glob('SECRET'))
          (SELECT max(x) FROM 'SECRET' AS t(x))
          """)
  void run_sqlThatReadsOtherFiles_isRefused(String expression) throws IOException {
    Path secret = Files.writeString(temporary.resolve("secret.csv"), "secret\n");
    replace("title: name", "title: \"" + expression.replace("SECRET", secret.toString()) + "\"");
    assertThatThrownBy(() -> run(0))
        .isInstanceOf(FeedLogException.class)
        .hasMessageContaining("file system operations are disabled by configuration");
    assertThat(out).doesNotExist();
  }

  @Test
  void run_linkOutOfTheSource_isRefused() throws IOException {
    Path secret = Files.writeString(temporary.resolve("secret.tsv"), "id\tname\tkind\n1\ta\tb\n");
    Files.createSymbolicLink(source.resolve("link.tsv"), secret);
    replace("file: films.tsv", "file: link.tsv");
    assertThatThrownBy(() -> run(0)).hasMessageContaining("leads out of the source folder");
  }

  @Test
  void run_sqlListsAndParquetAndHeaderlessText_makeFeedviews() throws IOException {
    FeedLogs.small().catalogue().write(source.resolve("items-0.parquet"));
    Files.writeString(source.resolve("slates.txt"), "u1;100;10 20 30;20\nu1;200;40;\n");
    Files.writeString(
        mapping,
        """
        version: 1
        schema: {actions: [click], positives: [click], surfaces: [home, other]}
        sources:
          slates:
            file: slates.txt
            delimiter: ";"
            header: false
            names: [user, shown_at, shown, clicked]
            types: {shown_at: BIGINT, clicked: BIGINT}
          products: {file: "items-*.parquet"}
        actions:
          sql: |
            SELECT "user" AS user_id, clicked AS item_id, shown_at + 1 AS time_ms, ['click'] AS actions,
              'other' AS surface
            FROM slates WHERE clicked IS NOT NULL
        feedviews:
          sql: |
            SELECT "user" AS user_id, shown_at AS time_ms, shown_at::VARCHAR AS feedview_id, 'home' AS surface,
              unnest(string_split(shown, ' '))::BIGINT AS item_id,
              generate_subscripts(string_split(shown, ' '), 1) - 1 AS position,
              CASE WHEN item_id = clicked THEN ['click'] ELSE [] END AS actions
            FROM slates
        items:
          sql: FROM products
        """);
    ImportReport report = run(0);
    assertThat(report.impressions()).isEqualTo(4);
    FeedLog log = FeedLogReader.read(out, 0);
    assertThat(log.impressionBits()).containsExactly(0, 1, 0, 0);
    assertThat(log.viewHistory()).containsExactly(0, 1);
    assertThat(log.actionSurfaces()).containsExactly(1);
    assertThat(log.catalogue().contentDim()).isEqualTo(2);
  }

  @Test
  void run_attributes_comeFromADelimitedText() throws IOException {
    Files.writeString(
        source.resolve("films.tsv"),
        "id\tname\tkind\ttags\n5\tAlien\thorror\tspace|ship|space\n6\tUp\tfun\t\n");
    Files.writeString(
        mapping,
        MAPPING.replace(
            "category: \"upper(kind)\"",
            "category: kind, attributes: \"string_split(tags, '|')\""));
    run(0);
    FeedLog log = FeedLogReader.read(out, 0);
    assertThat(log.catalogue().attributes(0)).containsExactly("space", "ship");
    assertThat(log.catalogue().attributes(1)).isEmpty();
    assertThat(log.catalogue().hasAttributes()).isTrue();
  }

  @Test
  void run_attributes_comeFromAList() throws IOException {
    Files.writeString(
        source.resolve("films.jsonl"),
        """
        {"id": 5, "name": "Alien", "kind": "horror", "tags": ["space", "ship, alone"]}
        {"id": 6, "name": "Up", "kind": "fun"}
        """);
    Files.writeString(
        mapping,
        MAPPING
            .replace("films.tsv", "films.jsonl")
            .replace("types: {id: BIGINT}", "types: {id: BIGINT, tags: 'VARCHAR[]'}")
            .replace("category: \"upper(kind)\"", "category: kind, attributes: tags"));
    run(0);
    FeedLog log = FeedLogReader.read(out, 0);
    assertThat(log.catalogue().attributes(0)).containsExactly("space", "ship, alone");
    assertThat(log.catalogue().attributes(1)).isEmpty();
  }
}
