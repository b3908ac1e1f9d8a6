package io.unipin.feedlog.infer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.imports.Importer;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.TimeFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Infers files with peculiarities that real files have, and imports them by the mapping. */
final class OddFilesTest {
  private static final List<Visits> VISITS = Visits.all();
  private static final int USERS = (int) VISITS.stream().map(Visits::user).distinct().count();

  @TempDir private Path folder;

  private static String lines(Function<Visits, String> line) {
    return VISITS.stream().map(line).collect(Collectors.joining("\n", "", "\n"));
  }

  private static String seconds(Visits visit) {
    return String.valueOf(visit.timeMs() / 1000);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
  }

  private static Inferred infer(Path place) {
    return Inference.of(DataFiles.of(place).profiles(), Decisions.none());
  }

  private FeedLog imported(Path place) throws IOException {
    DataFiles files = DataFiles.of(place);
    Inferred inferred = Inference.of(files.profiles(), Decisions.none());
    Path mapping = folder.resolveSibling(folder.getFileName() + "-mapping.yaml");
    Files.writeString(mapping, files.mapping(inferred));
    Path out = folder.resolveSibling(folder.getFileName() + "-log");
    Importer.run(mapping, files.folder(), out, 0);
    return FeedLogReader.read(out, 0);
  }

  private static void requireColumns(Inferred inferred, String user, String item) {
    assertThat(inferred.required(Role.USER).name()).isEqualTo(user);
    assertThat(inferred.required(Role.ITEM).name()).isEqualTo(item);
  }

  @Test
  void of_names_that_come_twice_gives_the_second_another_name() throws IOException {
    Path file =
        write(
            "joined.csv",
            "user_id,item_id,timestamp,User_ID,timestamp\n"
                + lines(v -> v.user() + ",i" + v.item() + "," + seconds(v) + ",,"));
    Inferred inferred = infer(file);
    requireColumns(inferred, "user_id", "item_id");
    assertThat(inferred.events().names())
        .containsExactly("user_id", "item_id", "timestamp", "User_ID_2", "timestamp_2");
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_header_without_a_name_for_row_names_reads_the_rest() throws IOException {
    Path file =
        write(
            "from-r.tsv",
            "user\titem\ttime\n"
                + lines(
                    v ->
                        String.join(
                            "\t", "r" + v.timeMs(), "" + v.user(), "" + v.item(), seconds(v))));
    Inferred inferred = infer(file);
    requireColumns(inferred, "user", "item");
    FeedLog log = imported(file);
    assertThat(log.users()).isEqualTo(USERS);
    assertThat(log.actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_line_ends_with_a_separator_reads_all_columns() throws IOException {
    Path file =
        write(
            "trailing.csv",
            "user;item;time\n" + lines(v -> v.user() + ";" + v.item() + ";" + seconds(v) + ";"));
    requireColumns(infer(file), "user", "item");
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_ratings_with_decimal_commas_reads_their_scale() throws IOException {
    Path file =
        write(
            "bewertungen.csv",
            "Nutzer;Artikel;Bewertung;Zeitpunkt\n"
                + lines(
                    v ->
                        "n%d;a%d;%d,%d;%s"
                            .formatted(
                                v.user(), v.item(), 1 + v.draw(4), 5 * v.draw(2), seconds(v))));
    Inferred inferred = infer(file);
    assertThat(inferred.action().kind()).isEqualTo(ActionColumn.Kind.RATED);
    assertThat(inferred.action().bounds().likedFrom()).isEqualTo(3.625);
    FeedLog log = imported(file);
    long liked = VISITS.stream().filter(v -> v.draw(4) == 3).count();
    long bits = 0;
    for (int at = 0; at < log.actions(); at++) {
      bits += log.actionBits()[at] >> 1 & 1;
    }
    assertThat(bits).isEqualTo(liked).isPositive();
  }

  @Test
  void of_times_with_weekday_and_zone_reads_instants() throws IOException {
    DateTimeFormatter format =
        DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss Z yyyy", Locale.ENGLISH)
            .withZone(ZoneOffset.ofHours(2));
    Path file =
        write(
            "checkins.txt",
            lines(
                v ->
                    String.join(
                        "\t",
                        "" + v.user(),
                        "4b%06x".formatted(v.item() * 7919),
                        "Café " + v.item() % 7,
                        "" + (40 + v.item() / 1000.0),
                        "-240",
                        format.format(v.time()))));
    Inferred inferred = infer(file);
    requireColumns(inferred, "c1", "c2");
    assertThat(requireNonNull(inferred.time()).format()).isEqualTo(TimeFormat.ZONED);
    FeedLog log = imported(file);
    assertThat(log.actionTimes()[log.actionStart(log.userRow("7"))])
        .isEqualTo(
            VISITS.stream().filter(v -> v.user() == 7).mapToLong(Visits::timeMs).min().orElseThrow()
                / 1000
                * 1000);
  }

  @Test
  void of_hours_without_minutes_and_coded_actions_reads_both() throws IOException {
    Path file =
        write(
            "tianchi.csv",
            "user_id,item_id,behavior_type,user_geohash,item_category,time\n"
                + lines(
                    v ->
                        "%d,%d,%d,,%d,%s"
                            .formatted(
                                v.user(),
                                v.item(),
                                v.draw(4),
                                v.item() % 9,
                                v.time().toString().substring(0, 13).replace('T', ' '))));
    Inferred inferred = infer(file);
    requireColumns(inferred, "user_id", "item_id");
    assertThat(requireNonNull(inferred.time()).date().name()).isEqualTo("time");
    assertThat(inferred.action().actions()).containsExactlyInAnyOrder("0", "1", "2", "3");
    assertThat(inferred.action().passive()).isEmpty();
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_users_that_most_rows_lack_takes_sessions() throws IOException {
    Path file =
        write(
            "views.csv",
            "sessionId;userId;itemId;eventdate\n"
                + lines(
                    v ->
                        "%d;%s;%d;%s"
                            .formatted(
                                v.visit(),
                                v.user() % 4 == 0 ? v.user() : "NA",
                                v.item(),
                                v.time().toString().substring(0, 10))));
    Inferred inferred = infer(file);
    requireColumns(inferred, "sessionId", "itemId");
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_emails_and_constant_columns_takes_what_varies() throws IOException {
    Path file =
        write(
            "orders.csv",
            "export_time,shop,email,sku,ordered_at,comment\n"
                + lines(
                    v ->
                        "2024-01-01T00:00:00Z,main,p%d@example.org,s%d,%s,I like number %d"
                            .formatted(v.user(), v.item(), v.time(), v.draw(3))));
    Inferred inferred = infer(file);
    assertThat(inferred.action().kind()).isEqualTo(ActionColumn.Kind.ONE);
    requireColumns(inferred, "email", "sku");
    assertThat(requireNonNull(inferred.time()).date().name()).isEqualTo("ordered_at");
    assertThat(imported(file).users()).isEqualTo(USERS);
  }

  @Test
  void of_columns_in_other_languages_reads_them() throws IOException {
    Path file =
        write(
            "лог.csv",
            "пользователь,товар,оценка,дата\n"
                + lines(
                    v -> "%d,t%d,%d,%s".formatted(v.user(), v.item(), 1 + v.draw(5), v.time())));
    Inferred inferred = infer(file);
    requireColumns(inferred, "пользователь", "товар");
    assertThat(inferred.action().kind()).isEqualTo(ActionColumn.Kind.RATED);
    file =
        write(
            "ログ.csv",
            "ユーザーID,商品ID,行为类型,日時\n"
                + lines(
                    v ->
                        "%d,t%d,%s,%s"
                            .formatted(
                                v.user(), v.item(), v.draw(3) == 0 ? "購入" : "閲覧", v.time())));
    inferred = infer(file);
    requireColumns(inferred, "ユーザーID", "商品ID");
    assertThat(inferred.action().actions()).containsExactly("閲覧", "購入");
  }

  @Test
  void of_lists_in_json_reads_sequences() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int user = 1; user <= USERS; user++) {
      int one = user;
      List<Visits> own = VISITS.stream().filter(v -> v.user() == one).toList();
      lines.add(
          "{\"user\":\"u%d\",\"items\":[%s],\"times\":[%s]}"
              .formatted(
                  user,
                  own.stream().map(v -> "\"i" + v.item() + "\"").collect(Collectors.joining(",")),
                  own.stream().map(OddFilesTest::seconds).collect(Collectors.joining(", "))));
    }
    Path file = write("histories.jsonl", String.join("\n", lines) + "\n");
    assertThat(infer(file).shape()).isEqualTo(Inferred.Shape.SEQUENCES);
    assertThat(imported(file).actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_more_rows_than_are_read_leaves_room_for_other_actions() throws IOException {
    String many = lines(v -> v.user() + "," + v.item() + "," + seconds(v) + ",view").repeat(80);
    Path file = write("many.csv", "user,item,time,event\n" + many + "1,2,1615000000,buy\n");
    assertThat(infer(file).action().actions()).containsExactly("view", "other");
  }

  /** The beginning of a large file that is sorted by user has only one user. */
  @Test
  void of_large_file_sorted_by_user_reads_later_places() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < 300_000; row++) {
      int user = row / 3_000;
      long time = 1_600_000_000L + (row * 7_919L + user * 104_729L) % 20_000_000;
      int item = (int) (((row * 2_654_435_761L) >>> 7) % 5_000);
      text.append("user_%06d\t%d\tb1f%05x-track\t30.5\tplayed there\n".formatted(user, time, item));
    }
    Path file = write("plays.tsv", text.toString());
    DataTable table = DataFiles.of(file).tables().get(0);
    ColumnProfile users = requireNonNull(table.profile().column("c1"));
    assertThat(users.distinct()).isGreaterThan(20);
    assertThat(table.profile().estimatedRows()).isBetween(250_000L, 350_000L);
    assertThat(table.profile().rows()).isLessThanOrEqualTo(DataTable.HEAD_ROWS);
  }
}
