package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that the same data gives the same log, byte for byte, on every machine and in any order of
 * its files.
 */
@Isolated
class SameEverywhereTest {
  private static final int ROWS = 30_000;

  private final Locale locale = Locale.getDefault();
  private final TimeZone zone = TimeZone.getDefault();

  @TempDir private Path temporary;

  @BeforeEach
  void beSomewhereKnown() {
    Locale.setDefault(Locale.ROOT);
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
  }

  @AfterEach
  void beBack() {
    Locale.setDefault(locale);
    TimeZone.setDefault(zone);
  }

  /**
   * Returns a mapping with all expressions whose results could depend on the locale or on the
   * number of threads. Such expressions are times without a zone, upper case, equal sort keys,
   * groups and sums.
   */
  private static String mapping() {
    return """
        version: 1
        schema: {actions: [click, INFO], positives: [click], surfaces: [home]}
        sources:
          clicks: {file: "clicks/*", types: {item: BIGINT, shown: TIMESTAMP}}
          items: {file: items.tsv, types: {id: BIGINT}}
        actions:
          sql: |
            SELECT upper("user") AS user_id, item AS item_id, epoch_ms(shown::TIMESTAMPTZ) AS time_ms,
              list(DISTINCT CASE WHEN item % 2 = 0 THEN 'click' ELSE upper('info') END) AS actions
            FROM clicks GROUP BY ALL
        feedviews:
          sql: |
            SELECT "user" AS user_id, strftime(shown, '%A %d %B %H:%M:%S') || item AS feedview_id, item AS item_id,
              epoch_ms(shown) AS time_ms, 0 AS position, [] AS actions
            FROM clicks GROUP BY ALL
        items: {from: items, columns: {item_id: id, title: name}}
        """;
  }

  private Map<String, byte[]> imported(String name, List<Integer> filesInOrder, String lineEnd)
      throws IOException {
    Path source = temporary.resolve(name + "-source");
    Files.createDirectories(source.resolve("clicks"));
    Files.writeString(source.resolve("items.tsv"), "id\tname\n0\ti\n1\tI\n2\tİ\n");
    for (int file : filesInOrder) {
      StringBuilder text = new StringBuilder("user,item,shown" + lineEnd);
      for (int row = 0; row < ROWS; row++) {
        int n = file * ROWS + row;
        text.append("i").append(n % 997).append(',').append(n % 3);
        text.append(",2022-03-").append(10 + n % 17).append(" 02:30:0").append(n % 10);
        text.append(lineEnd);
      }
      Files.writeString(source.resolve("clicks/part-" + file + ".csv"), text);
    }
    Path mapping = Files.writeString(temporary.resolve("import.yaml"), mapping());
    Path out = temporary.resolve(name);
    Importer.run(mapping, source, out, 0);
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(out)) {
      for (Path each : all.toList()) {
        files.put(String.valueOf(each.getFileName()), Files.readAllBytes(each));
      }
    }
    return files;
  }

  private static void assertSame(Map<String, byte[]> found, Map<String, byte[]> expected) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, bytes) -> assertThat(found.get(name)).as(name).isEqualTo(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "ar-EG, Africa/Cairo",
    "tr-TR, Europe/Istanbul",
    "hi-IN-u-nu-deva, Asia/Kolkata",
    "th-TH-u-ca-buddhist-nu-thai, Pacific/Kiritimati"
  })
  void run_anyPlace_givesTheSameBytes(String place, String timeZone) throws IOException {
    Map<String, byte[]> here = imported("here", List.of(0, 1), "\n");
    Locale.setDefault(Locale.forLanguageTag(place));
    TimeZone.setDefault(TimeZone.getTimeZone(timeZone));
    assertThat(String.format(Locale.getDefault(), "%d", 1)).isNotNull();
    assertSame(imported("there", List.of(1, 0), "\r\n"), here);
  }

  @Test
  void write_anyPlace_givesTheSameBytes() throws IOException {
    FeedLog log = FeedSimulator.simulate(SimulatorConfig.of(30, 60, 3));
    FeedLogWriter.write(log, temporary.resolve("here"));
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
    FeedLog again = FeedSimulator.simulate(SimulatorConfig.of(30, 60, 3));
    FeedLogWriter.write(again, temporary.resolve("there"));
    for (String file :
        List.of("feedlog.yaml", "actions.parquet", "feedviews.parquet", "items.parquet")) {
      assertThat(temporary.resolve("there").resolve(file))
          .as(file)
          .hasSameBinaryContentAs(temporary.resolve("here").resolve(file));
    }
  }

  /** Tests that an error about a malformed log has the same digits in every locale. */
  @Test
  void run_complaint_hasTheSameDigits() throws IOException {
    Path source = temporary.resolve("source");
    Files.createDirectories(source.resolve("clicks"));
    Files.writeString(source.resolve("items.tsv"), "id\tname\n0\ti\n", StandardCharsets.UTF_8);
    Files.writeString(source.resolve("clicks/a.csv"), "user,item,shown\nu,1\n");
    Path mapping = Files.writeString(temporary.resolve("import.yaml"), mapping());
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    assertThatThrownBy(() -> Importer.run(mapping, source, temporary.resolve("log"), 0))
        .hasMessage("clicks/a.csv line 2: 3 columns expected, got 2, got 'u,1'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "now()::VARCHAR",
        "current_date::VARCHAR",
        "CURRENT_TIMESTAMP::VARCHAR",
        "random()::VARCHAR",
        "uuid()::VARCHAR",
        "(SELECT today())::VARCHAR"
      })
  void run_valueThatChanges_isRefused(String expression) throws IOException {
    Path source = temporary.resolve("source");
    Files.createDirectories(source.resolve("clicks"));
    Files.writeString(source.resolve("items.tsv"), "id\tname\n0\ti\n");
    Files.writeString(source.resolve("clicks/a.csv"), "user,item,shown\nu,0,2022-01-01\n");
    List<String> lines = new ArrayList<>(mapping().lines().toList());
    lines.replaceAll(line -> line.replace("title: name", "title: \"" + expression + "\""));
    Path mapping = Files.write(temporary.resolve("import.yaml"), lines);
    assertThatThrownBy(() -> Importer.run(mapping, source, temporary.resolve("log"), 0))
        .hasMessageContaining("items.columns.title: the same value in every import expected, got");
  }
}
