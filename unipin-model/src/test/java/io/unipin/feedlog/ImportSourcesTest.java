package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.imports.Imported;
import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.imports.SourceRows;
import io.unipin.feedlog.imports.TableRows;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests imports of realistic click files. Each file is either read completely, or refused with an
 * error that names the file.
 */
class ImportSourcesTest {
  private static final String HEAD = "user,item,ts\n";
  private static final String THREE =
      "user,item,ts\nu1,1,1656105611000\nu1,2,1656105613000\nu2,2,1656105613000\n";

  @TempDir private Path temporary;
  private Path source;

  @BeforeEach
  void writeItems() throws IOException {
    source = Files.createDirectory(temporary.resolve("source"));
    Files.writeString(source.resolve("items.csv"), "id,title\n1,One\n2,Two\n");
  }

  private Imported run(String file, String more, long maxBadRows) throws IOException {
    Path mapping = temporary.resolve("import.yaml");
    Files.writeString(
        mapping,
        """
        version: 1
        schema: {actions: [click], positives: [click], surfaces: [home]}
        sources:
          clicks:
            file: "%s"
            %s
          items: {file: items.csv, types: {id: BIGINT}}
        actions:
          from: clicks
          columns: {user_id: user, item_id: item, time_ms: ts, actions: "['click']"}
        items: {from: items, columns: {item_id: id, title: title}}
        """
            .formatted(file, more.isEmpty() ? "types: {item: BIGINT, ts: BIGINT}" : more));
    return Importer.importAll(mapping, source, temporary.resolve("log"), maxBadRows);
  }

  private Imported run(String file) throws IOException {
    return run(file, "", 0);
  }

  private void write(String name, byte[] content) throws IOException {
    Path file = source.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private void write(String name, String text) throws IOException {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static byte[] bzip2(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new BZip2CompressorOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private void parquet(String name, String query) throws IOException, SQLException {
    Path file = source.resolve(name);
    Files.createDirectories(file.getParent());
    try (DuckSession session = DuckSession.open(temporary)) {
      session.execute(
          "COPY (%s) TO %s (FORMAT parquet)"
              .formatted(query, DuckSession.literal(file.toString())));
    }
  }

  private FeedLog log() {
    return FeedLogReader.read(temporary.resolve("log"), 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void importAll_anyLineEnd_givesTheSameLog(String end) throws IOException {
    write("clicks.csv", THREE.replace("\n", end));
    assertThat(run("clicks.csv").report().actions()).isEqualTo(3);
    assertThat(log().actionTimes()).containsExactly(1656105611000L, 1656105613000L, 1656105613000L);
  }

  @Test
  void importAll_crLfAndLfMixed_isRead() throws IOException {
    write(
        "clicks.csv",
        "user,item,ts\r\nu1,1,1656105611000\nu1,2,1656105613000\r\nu2,2,1656105613000\n");
    Imported imported = run("clicks.csv");
    assertThat(imported.report().actions()).isEqualTo(3);
    assertThat(imported.sources().get(0))
        .isEqualTo(new SourceRows("clicks", 1, 3, 3, 0, List.of()));
    assertThat(imported.tables().get(0)).isEqualTo(new TableRows("actions", 3, 3, 0));
  }

  @Test
  void importAll_packedAndPlainInOneGlob_areAllRead() throws IOException {
    write("part-0.csv.gz", gzip(HEAD + "u1,1,1656105611000\n"));
    write("part-1.csv.bz2", bzip2(HEAD + "u2,1,1656105611000\n"));
    write("part-2.csv", HEAD + "u3,1,1656105611000\n");
    write("part-3.csv.gz", HEAD + "u4,1,1656105611000\n");
    write("part-4.csv", gzip(HEAD + "u5,1,1656105611000\n"));
    write("part-5.csv", new byte[0]);
    write("part-6.csv.gz", gzip(""));
    assertThat(run("part-*").report().users()).isEqualTo(5);
  }

  @Test
  void importAll_severalGzipMembers_areAllRead() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(gzip(HEAD));
    for (int i = 0; i < 5_000; i++) {
      bytes.write(gzip("u" + i + ",1,1656105611000\n"));
    }
    write("clicks.csv.gz", bytes.toByteArray());
    assertThat(run("clicks.csv.gz").report().users()).isEqualTo(5_000);
  }

  @Test
  void importAll_markOfSparkAndChecksums_areNoData() throws IOException {
    write("clicks/part-0.csv", THREE);
    write("clicks/part-1.csv", "");
    write("clicks/_SUCCESS", "");
    write("clicks/.part-0.csv.crc", "crc");
    for (String pattern : List.of("clicks", "clicks/*", "clicks/**")) {
      Imported imported = run(pattern);
      assertThat(imported.report().actions()).isEqualTo(3);
      assertThat(imported.sources().get(0).files()).isEqualTo(2);
    }
  }

  @Test
  void importAll_jsonLines_areReadExactly() throws IOException {
    write(
        "clicks.jsonl.gz",
        gzip(
            """
            {"user":"u1","item":1,"ts":1656105611000,"tags":["a","b, c"]}

            {"ts":1656105613000,"item":"2","user":"9007199254740993"}
            {"user":18446744073709551616,"item":2,"ts":1656105613000}
            """));
    Imported imported =
        run("clicks.jsonl.gz", "types: {item: BIGINT, ts: BIGINT, tags: 'VARCHAR[]'}", 0);
    assertThat(imported.report().actions()).isEqualTo(3);
    assertThat(log().userRow("9007199254740993")).isNotNegative();
    assertThat(log().userRow("18446744073709551616")).isNotNegative();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'user': 'u1'}",
        "{\"user\":\"u1\"} {}",
        "{\"user\":\"u1\",\"user\":\"u2\"}",
        "[1]",
        "{\"user\":",
        "u1,1,2"
      })
  void importAll_lineThatIsNoObject_isNamedAndCounted(String line) throws IOException {
    String good = "{\"user\":\"u1\",\"item\":1,\"ts\":1656105611000}\n";
    write("clicks.jsonl", good + line + "\n" + good);
    assertThatThrownBy(() -> run("clicks.jsonl"))
        .hasMessageStartingWith("clicks.jsonl line 2: one JSON object a line expected");
    SourceRows rows = run("clicks.jsonl", "", 1).sources().get(0);
    assertThat(rows).isEqualTo(new SourceRows("clicks", 1, 3, 2, 1, List.of()));
  }

  @Test
  void importAll_partitionedText_hasTheFoldersColumns() throws IOException {
    write("clicks/user=a/item=1/part-0.csv", "ts\n1656105611000\n");
    write("clicks/user=b%2Fc/item=2/part-0.csv", "ts\n1656105611000\n1656105612000\n");
    assertThat(run("clicks/**/*.csv").report().actions()).isEqualTo(3);
    assertThat(log().user(1)).isEqualTo("b/c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"clicks", "clicks/*/*.parquet", "clicks/**/*.parquet", "clicks/*"})
  void importAll_partitionedParquet_isRead(String pattern) throws IOException, SQLException {
    parquet("clicks/ts=1656105612000/p.parquet", "SELECT 'u2' AS \"user\", 2::BIGINT AS item");
    parquet("clicks/ts=1656105611000/p.parquet", "SELECT 'u1' AS \"user\", 1::BIGINT AS item");
    assertThat(run(pattern, "types: {ts: BIGINT}", 0).report().actions()).isEqualTo(2);
    assertThat(log().actionTimes()).containsExactly(1656105611000L, 1656105612000L);
  }

  @Test
  void importAll_patternThatStopsAboveTheFiles_namesTheOneThatDoesNot()
      throws IOException, SQLException {
    parquet("clicks/day=1/p.parquet", "SELECT 'u2' AS \"user\", 2 AS item, 1 AS ts");
    assertThatThrownBy(() -> run("clicks/*.parquet", "format: parquet", 0))
        .hasMessage(
            "clicks/*.parquet: no such file; folders inside hold some: clicks/**/*.parquet");
  }

  @Test
  void importAll_parquetOfOtherColumns_isByNameAndSaid() throws IOException, SQLException {
    String first = "SELECT 1656105611000 AS ts, 'u1' AS \"user\", 1::BIGINT AS item";
    parquet("p/a.parquet", first);
    parquet(
        "p/b.parquet",
        "SELECT 2::BIGINT AS item, 7 AS extra, 'u2' AS \"user\", 1656105611000 AS ts");
    parquet("p/c.parquet", first + " WHERE false");
    SourceRows rows = run("p", "format: parquet", 0).sources().get(0);
    assertThat(rows.read()).isEqualTo(2);
    assertThat(rows.notes())
        .containsExactly(
            "p/a.parquet has no columns [extra], as other files have; they are null there",
            "p/c.parquet has no columns [extra], as other files have; they are null there");
    parquet("p/d.parquet", "SELECT 'u2' AS \"user\", 2.5 AS item, 1656105611000 AS ts");
    assertThatThrownBy(() -> run("p", "format: parquet", 0))
        .hasMessageContaining("p/d.parquet: column item: BIGINT expected, as in files before");
  }

  @Test
  void importAll_longRow_isReadUpToTheSetting() throws IOException {
    String row = "u3,1,1656105611000," + "9 ".repeat(1_500_000) + "\n";
    write(
        "clicks.csv", "user,item,ts,list\nu1,1,1656105611000,9\n" + row + "u2,1,1656105611000,9\n");
    assertThat(run("clicks.csv").report().users()).isEqualTo(3);
    String bound = "types: {item: BIGINT, ts: BIGINT}\n    max_line_characters: 1000000";
    assertThatThrownBy(() -> run("clicks.csv", bound, 0))
        .hasMessageStartingWith(
            "clicks.csv line 3: at most 1000000 characters a row expected (max_line_characters), got more")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    assertThat(run("clicks.csv", bound, 1).report().users()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"1656105611, seconds: multiply by 1000", "19167, days: multiply by 86400000"})
  void importAll_timesOfJanuary1970_areWarnedOf(String time, String unit) throws IOException {
    write("clicks.csv", HEAD + "u1,1," + time + "\n");
    assertThat(run("clicks.csv").warnings())
        .singleElement()
        .asString()
        .startsWith("actions.time_ms: milliseconds since 1970 expected")
        .endsWith(unit);
    write("clicks.csv", THREE);
    assertThat(run("clicks.csv").warnings()).isEmpty();
  }

  @Test
  void importAll_numberThatNeedsRounding_isRefused() throws IOException {
    write("clicks.csv", HEAD + "u1,1.5,1656105611000\nu2,2.0,1.656105611E12\n");
    assertThatThrownBy(() -> run("clicks.csv"))
        .hasMessageStartingWith("clicks.csv line 2, column item: ");
    assertThat(run("clicks.csv", "", 1).report().actions()).isEqualTo(1);
  }

  @Test
  void importAll_joinedExports_areReadAndTheSecondHeaderIsNamed() throws IOException {
    write("clicks.csv", THREE + "\uFEFF" + THREE);
    assertThatThrownBy(() -> run("clicks.csv"))
        .hasMessageStartingWith("clicks.csv line 5: a row expected, got the header line again");
    assertThat(run("clicks.csv", "", 1).report().actions()).isEqualTo(6);
  }

  @Test
  void importAll_randomDamage_accountsForEveryRow() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 30; round++) {
      StringBuilder text = new StringBuilder(HEAD);
      int rows = random.nextInt(200);
      int broken = 0;
      for (int row = 0; row < rows; row++) {
        int kind = random.nextInt(12);
        text.append(
            switch (kind) {
              case 0 -> "u1,x,1656105611000";
              case 1 -> "u1,1";
              case 2 -> "u1,1,1656105611000,more";
              case 3 -> "\"u\"1,1,1656105611000";
              default -> "u" + row + ",1,1656105611000";
            });
        broken += kind < 4 ? 1 : 0;
        text.append(random.nextBoolean() ? "\n" : "\r\n");
      }
      write("clicks.csv", text.toString());
      Imported imported = run("clicks.csv", "", 1_000);
      assertThat(imported.sources().get(0))
          .as("round %s", round)
          .isEqualTo(new SourceRows("clicks", 1, rows, rows - broken, broken, List.of()));
      assertThat(imported.report().leftOut()).hasSize(broken);
    }
  }

  /**
   * Tests inputs that cannot be read. Every error is one short line that names the file and does
   * not mention DuckDB.
   */
  @Test
  void importAll_brokenInput_isNamedWithoutTheEnginesWords() throws IOException, SQLException {
    parquet(
        "whole.parquet", "SELECT 'u' || i AS \"user\", 1 AS item, i AS ts FROM range(5000) t(i)");
    byte[] whole = Files.readAllBytes(source.resolve("whole.parquet"));
    write("cut.parquet", Arrays.copyOf(whole, whole.length / 2));
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, 200, 600, (byte) 0x5A);
    write("damaged.parquet", damaged);
    byte[] footer = whole.clone();
    Arrays.fill(footer, whole.length - 60, whole.length - 10, (byte) 0xFF);
    write("footer.parquet", footer);
    write("empty.parquet", "");
    write("text.parquet", THREE);
    write("packed.parquet", gzip(THREE));
    write("empty.csv", "");
    write("html.csv", "<!DOCTYPE html>\n<html></html>\n");
    write("control.csv", "\u001b[2Jred\u0000\n1\n");
    write("quote.csv", HEAD + "u1,\"1,1656105611000\nu2,1,1656105611000\n");
    write("utf16.csv", THREE.getBytes(StandardCharsets.UTF_16LE));
    write("columns.csv", "user,user,ts\n1,1,1\n");
    write("types.csv", HEAD + "u1,one,1656105611000\n");
    write("null.csv", HEAD + ",1,1656105611000\n");
    write("fraction.csv", HEAD + "u1,1,2022-06-24\n");
    write("cut.csv.gz", Arrays.copyOf(gzip(THREE), 40));
    write("array.json", "[{\"user\":\"u1\"}]");
    for (String file :
        List.of(
            "cut.parquet",
            "damaged.parquet",
            "footer.parquet",
            "empty.parquet",
            "text.parquet",
            "packed.parquet",
            "empty.csv",
            "html.csv",
            "control.csv",
            "quote.csv",
            "utf16.csv",
            "columns.csv",
            "types.csv",
            "null.csv",
            "fraction.csv",
            "cut.csv.gz",
            "array.json")) {
      String more = file.endsWith(".parquet") ? "format: parquet" : "";
      FeedLogException thrown =
          catchThrowableOfType(FeedLogException.class, () -> run(file, more, 0));
      assertThat(thrown).as(file).isNotNull();
      assertPlain(String.valueOf(thrown.getMessage()), file);
    }
  }

  private static void assertPlain(String message, String file) {
    assertThat(message).as(file).hasSizeLessThan(500).doesNotContainPattern("\\p{Cntrl}");
    assertThat(message)
        .as(file)
        .doesNotContainPattern("[A-Z][a-z]+ Error:")
        .doesNotContainIgnoringCase("possible")
        .doesNotContainIgnoringCase("try ")
        .doesNotContain("_mode", "read_csv", "read_parquet", "ignore_errors", "store_rejects")
        .doesNotContain("SET ", "pending query", "Exception", "DuckDB", "http");
    assertThat(message)
        .as(file)
        .containsPattern(file.equals("null.csv") ? "actions.parquet" : file + "|import.yaml");
  }
}
