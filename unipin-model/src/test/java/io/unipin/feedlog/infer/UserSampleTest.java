package io.unipin.feedlog.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.infer.UserSample.Sample;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UserSampleTest {
  private static final int USERS = 2_000;
  private static final int ACTIONS = 6;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path folder;

  private final List<String> refused = new ArrayList<>();

  /** Writes six actions of each user. The format makes a line of a user, an item and a time. */
  private Path write(String name, String header, String format) throws IOException {
    StringBuilder text = new StringBuilder(header);
    for (int a = 0; a < ACTIONS; a++) {
      for (int user = 1; user <= USERS; user++) {
        long time = 1_614_931_234L + user * 600L + a * 20L;
        text.append(format.formatted(user, 1 + (user * 7 + a * 13) % 500, time)).append('\n');
      }
    }
    return Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
  }

  private FeedLog sampled(Path file, long most) throws IOException {
    DataFiles files = DataFiles.of(file);
    Sample sample = sample(files, most, PATIENCE);
    assertThat(sample.notes()).hasSize(1);
    assertThat(sample.notes().get(0)).contains("of the users are read");
    Path mapping = Files.writeString(folder.resolve("sample.yaml"), sample.mapping());
    Importer.run(mapping, sample.folder(), folder.resolve("log"), 0);
    return FeedLogReader.read(folder.resolve("log"), 0);
  }

  /** Requires about a fifth of the users, each with all actions. */
  private static void requireFifth(FeedLog log) {
    assertThat(log.users()).isCloseTo(USERS / 5, within(USERS / 20));
    assertThat(log.actions()).isEqualTo(ACTIONS * log.users());
  }

  @Test
  void write_text_keepsAllRowsOfSomeUsers() throws IOException {
    Path file = write("events.csv", "user_id;item_id;timestamp\n", "u%d;%d;%d");
    FeedLog log = sampled(file, USERS * ACTIONS / 5);
    requireFifth(log);
    for (int row = 0; row < log.users(); row++) {
      assertThat(UserSample.isChosen(log.user(row), 0.3)).isTrue();
    }
  }

  @Test
  void write_json_findsUsersInsideObjects() throws IOException {
    Path file =
        write(
            "events.jsonl",
            "",
            "{\"actor\": {\"user_id\": \"u%d\"}, \"object\": {\"item_id\": \"a, %d\"},"
                + " \"timestamp\": %d}");
    requireFifth(sampled(file, USERS * ACTIONS / 5));
  }

  /**
   * The name of a file's folder gives the day of its rows. If {@code inside} is true, each row also
   * has the day, in front of its other values.
   */
  @ParameterizedTest
  @CsvSource({"csv, false", "csv, true", "jsonl, false", "jsonl, true"})
  void write_partitionedText_keepsDaysOfFolders(String ending, boolean inside) throws IOException {
    for (int day = 1; day <= 2; day++) {
      String at = inside ? "2021-03-0" + day : null;
      boolean csv = ending.equals("csv");
      String header = csv ? (at == null ? "" : "day,") + "user_id,item_id,timestamp\n" : "";
      String row =
          csv
              ? (at == null ? "" : at + ",") + "u%d,%d,%d"
              : "{"
                  + (at == null ? "" : "\"day\": \"" + at + "\", ")
                  + "\"user_id\": \"u%d\", \"item_id\": %d, \"timestamp\": %d}";
      Files.createDirectories(folder.resolve("events/day=2021-03-0" + day));
      write("events/day=2021-03-0" + day + "/part." + ending, header, row);
    }
    DataFiles files = DataFiles.of(folder.resolve("events"));
    sample(files, 2 * USERS * ACTIONS / 5, PATIENCE);
    List<String> rows = Files.readAllLines(folder.resolve("work/sample/events.csv"));
    int column = List.of(rows.get(0).split(",")).indexOf("day");
    assertThat(column).isNotNegative();
    Map<String, Long> days =
        rows.stream()
            .skip(1)
            .collect(Collectors.groupingBy(r -> r.split(",", -1)[column], Collectors.counting()));
    assertThat(days).containsOnlyKeys("2021-03-01", "2021-03-02");
    assertThat(days.get("2021-03-01"))
        .isEqualTo(days.get("2021-03-02"))
        .isCloseTo(USERS * ACTIONS / 5L, within(USERS * ACTIONS / 20L));
  }

  @Test
  void write_moreRowsThanExpected_readsNoRowAfterThem() throws IOException {
    String name =
        IntStream.range(0, 100)
            .mapToObj(i -> "one" + i)
            .filter(id -> UserSample.isChosen(id, 0.2))
            .findFirst()
            .orElseThrow();
    Path file = write("events.csv", "user_id,item_id,timestamp\n", "u%d,%d,%d");
    // The first rows determine the share. Nearly all later rows belong to one of the chosen users.
    StringBuilder more = new StringBuilder();
    for (int i = 0; i < USERS * ACTIONS; i++) {
      more.append(name)
          .append(',')
          .append(1 + i % 500)
          .append(',')
          .append(1_615_000_000L + i)
          .append('\n');
    }
    Files.writeString(file, more, StandardOpenOption.APPEND);
    DataFiles files = DataFiles.of(file);
    long most = USERS * ACTIONS / 5;
    Sample sample = sample(files, most, PATIENCE);
    assertThat(Files.readAllLines(folder.resolve("work/sample/events.csv")))
        .hasSize((int) (1 + most * 3 / 2));
    assertThat(sample.notes()).hasSize(2);
    Matcher rows =
        Pattern.compile("the rows after the first ([\\d,]+) were not read, because the chosen.*")
            .matcher(sample.notes().get(1));
    assertThat(rows.matches()).as(sample.notes().get(1)).isTrue();
    assertThat(Long.parseLong(rows.group(1).replace(",", "")))
        .isLessThan(2L * USERS * ACTIONS - 5000);
  }

  @Test
  void write_parquet_keepsAllRowsOfSomeUsers() throws IOException, SQLException {
    Path csv = write("events.csv", "user_id,item_id,timestamp\n", "u%d,%d,%d");
    Path parquet = folder.resolve("events.parquet");
    try (DuckSession session = DuckSession.open(folder)) {
      session.execute(
          "COPY (SELECT * FROM read_csv(%s)) TO %s (FORMAT parquet)"
              .formatted(
                  DuckSession.literal(csv.toString()), DuckSession.literal(parquet.toString())));
    }
    requireFifth(sampled(parquet, USERS * ACTIONS / 5));
  }

  /** The table of items is too large to be copied whole, and writes 7.0 for the item 7. */
  @Test
  void write_largeTableOfItems_keepsTheItemsOfTheChosenUsers() throws IOException {
    write("events.csv", "user_id,item_id,timestamp\n", "u%d,%d,%d");
    String text = "x".repeat(100_000);
    try (BufferedWriter items = Files.newBufferedWriter(folder.resolve("items.csv"))) {
      items.write("item_id,title,page\n");
      for (int i = 1; i <= 700; i++) {
        items.write(i + ".0,The film of " + i + "," + text + "\n");
      }
    }
    Path sample = sample(DataFiles.of(folder), 600, PATIENCE).folder();
    assertThat(items(sample.resolve("items.csv"), 0))
        .isEqualTo(items(sample.resolve("events.csv"), 1))
        .hasSizeBetween(100, 500);
  }

  /** The clock is looked at for the first time after 1,024 rows. */
  @ParameterizedTest
  @CsvSource({"1000, 1000", "3000, 1023"})
  void write_eventsWithoutPatience_saysHowManyItemsWereRead(int rows, int read) throws IOException {
    write("events.csv", "user_id,item_id,timestamp\n", "u%d,%d,%d");
    StringBuilder items = new StringBuilder("item_id,title\n");
    for (int i = 1; i <= rows; i++) {
      items.append(i).append(",The film of ").append(i).append('\n');
    }
    Files.writeString(folder.resolve("items.csv"), items);
    Sample sample = sample(DataFiles.of(folder), 1000, Duration.ZERO);
    assertThat(items(sample.folder().resolve("items.csv"), 0)).hasSize(read);
    assertThat(sample.notes().stream().filter(note -> note.startsWith("items.csv: the rows")))
        .hasSize(read < rows ? 1 : 0);
    assertThat(sample.notes()).anyMatch(note -> note.startsWith("the rows after the first 1,024"));
  }

  /** The events alone can use up the time. A slow machine may not read all items, but says so. */
  @Test
  void write_manyEvents_readsTheItems() throws IOException {
    Path events = write("events.csv", "user_id,item_id,timestamp\n", "u%d,%d,%d");
    String same = Files.readString(events);
    same = same.substring(same.indexOf('\n') + 1).repeat(100);
    Files.writeString(events, same, StandardOpenOption.APPEND);
    StringBuilder items = new StringBuilder("item_id,title\n");
    for (int i = 1; i <= 3000; i++) {
      items.append(i).append(",The film of ").append(i).append('\n');
    }
    Files.writeString(folder.resolve("items.csv"), items);
    Sample sample = sample(DataFiles.of(folder), 1000, Duration.ofMillis(900));
    boolean told = sample.notes().stream().anyMatch(note -> note.startsWith("items.csv: the rows"));
    assertThat(told || items(sample.folder().resolve("items.csv"), 0).size() == 3000).isTrue();
  }

  private static Set<Integer> items(Path file, int column) throws IOException {
    try (Stream<String> rows = Files.lines(file)) {
      return rows.skip(1)
          .map(row -> (int) Double.parseDouble(row.split(",", -1)[column]))
          .collect(Collectors.toSet());
    }
  }

  private Sample sample(DataFiles files, long most, Duration patience) throws IOException {
    Inferred inferred = Inference.of(files.profiles(), Decisions.none());
    Path work = Files.createDirectories(folder.resolve("work"));
    return UserSample.write(
        files,
        inferred,
        UserSample.folder(work),
        most,
        patience,
        (file, row, reason) -> refused.add(file + " " + row.line() + ": " + reason));
  }

  @Test
  void write_filesWithOtherOrderOfColumns_refusesAsTheImportDoes() throws IOException {
    write("a-1.csv", "user_id,item_id,timestamp\n", "u%d,%d,%d");
    write("a-2.csv", "item_id,user_id,timestamp\n", "u%d,%d,%d");
    DataFiles files = DataFiles.of(folder.resolve("a-*.csv"));
    assertThatThrownBy(() -> sample(files, 1000, PATIENCE))
        .hasMessage(
            "a-2.csv: columns [user_id, item_id, timestamp] expected, as in others, found"
                + " [item_id, user_id, timestamp]");
  }

  @Test
  void write_rowsThatDoNotFit_areToldAsTheImportDoes() throws IOException {
    Path file = write("events.csv", "user_id,item_id,timestamp\n", "u%d,%d,%d");
    String more = "\nu1,5\nu1,5,1614931234,x\nu1,5,1614931234,,\n\"u1\"x,5,1614931234\n";
    Files.writeString(file, more + "user_id,item_id,timestamp\n", StandardOpenOption.APPEND);
    assertThat(sampled(file, USERS * ACTIONS * 2).actions()).isEqualTo(USERS * ACTIONS + 1);
    int line = USERS * ACTIONS + 3;
    assertThat(refused)
        .containsExactly(
            "events.csv " + line + ": 3 columns expected, got 2",
            "events.csv " + (line + 1) + ": 3 columns expected, got 4",
            "events.csv "
                + (line + 3)
                + ": the delimiter or the line's end expected after a closing quote",
            "events.csv " + (line + 4) + ": a row expected, got the header line again");
  }

  @Test
  void write_jsonThatCannotBeRead_isTold() throws IOException {
    Path file = write("e.jsonl", "", "{\"user_id\": \"u%d\", \"item_id\": %d, \"timestamp\": %d}");
    Files.writeString(file, "{\"user_id\": \"u1\", \n", StandardOpenOption.APPEND);
    sample(DataFiles.of(file), 1000, PATIENCE);
    assertThat(refused).hasSize(1);
    assertThat(refused.get(0)).startsWith("e.jsonl 12001: one JSON object a line expected");
  }

  @Test
  void write_withoutPatience_saysWhereItStopped() throws IOException {
    Path file = write("events.csv", "user_id,item_id,timestamp\n", "u%d,%d,%d");
    DataFiles files = DataFiles.of(file);
    Sample sample = sample(files, 1000, Duration.ZERO);
    assertThat(List.copyOf(sample.notes())).hasSize(2);
    assertThat(sample.notes().get(1)).startsWith("the rows after the first 1,024 were not read");
  }
}
