package io.unipin.feedlog.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that an item has one id, however the files write it. */
final class DataFileIdsTest extends DataFilesFixture {
  @ParameterizedTest
  @ValueSource(strings = {", ", " | "})
  void of_lists_with_blanks_around_separators_trims_the_ids(String between) throws IOException {
    StringBuilder text = new StringBuilder("user;items;timestamps\n");
    for (int user = 1; user <= 80; user++) {
      int one = user;
      List<Visits> own = VISITS.stream().filter(v -> v.user() == one).toList();
      text.append('u').append(user).append(';');
      text.append(own.stream().map(v -> "" + v.item()).collect(Collectors.joining(between)));
      text.append(';');
      text.append(
          own.stream().map(v -> "" + v.timeMs() / 1000).collect(Collectors.joining(between)));
      text.append('\n');
    }
    Path file = write("baskets.csv", text.toString());
    assertThat(infer(file).shape()).isEqualTo(Inferred.Shape.SEQUENCES);
    FeedLog log = imported(file);
    assertThat(log.catalogue().size()).isEqualTo((int) ITEMS);
    assertThat(log.actions()).isEqualTo(VISITS.size());
  }

  /** A program that reads whole numbers with gaps as decimal numbers writes 7.0 for 7. */
  @ParameterizedTest
  @CsvSource({"'', .0", ".0, ''", ".0, .0"})
  void of_ids_with_a_decimal_point_finds_their_descriptions(String ofAction, String ofItem)
      throws IOException {
    write(
        "ratings.csv",
        "userId,movieId,rating,timestamp\n"
            + lines(
                v ->
                    "%d,%d%s,%d,%d"
                        .formatted(
                            v.user(), v.item(), ofAction, 1 + v.draw(5), v.timeMs() / 1000)));
    StringBuilder movies = new StringBuilder("movieId,title\n");
    for (int i = 1; i <= 60; i++) {
      movies.append(i).append(ofItem).append(",The film of ").append(i).append('\n');
    }
    write("movies.csv", movies.toString());
    FeedLog log = imported(folder);
    assertThat(log.catalogue().size()).isEqualTo((int) ITEMS);
    for (Visits each : VISITS) {
      assertThat(log.catalogue().title(log.catalogue().row(each.item())))
          .isEqualTo("The film of " + each.item());
    }
  }

  @Test
  void of_lists_and_a_table_with_decimal_points_finds_descriptions() throws IOException {
    StringBuilder text = new StringBuilder("user;items\n");
    for (int user = 1; user <= 80; user++) {
      int one = user;
      text.append('u').append(user).append(';');
      text.append(
          VISITS.stream()
              .filter(v -> v.user() == one)
              .map(v -> "" + v.item())
              .collect(Collectors.joining(", ")));
      text.append('\n');
    }
    write("baskets.csv", text.toString());
    StringBuilder films = new StringBuilder("item_id,title\n");
    for (int i = 1; i <= 60; i++) {
      films.append(i).append(".0,The film of ").append(i).append('\n');
    }
    write("films.csv", films.toString());
    FeedLog log = imported(folder);
    assertThat(log.catalogue().size()).isEqualTo((int) ITEMS);
    int row = log.catalogue().row(String.valueOf(VISITS.get(0).item()));
    assertThat(log.catalogue().title(row)).isEqualTo("The film of " + VISITS.get(0).item());
  }

  @Test
  void of_parts_that_write_ids_in_two_ways_has_each_item_once() throws IOException {
    String header = "request_id,member_id,item_id,event_type,event_time\n";
    String row = "r%d,m%d,%d%s,%s,%d\n";
    for (String point : List.of("", ".0")) {
      write(
          "part" + point.length() + ".csv",
          VISITS.stream()
              .map(
                  v ->
                      row.formatted(
                          v.visit(),
                          v.user(),
                          v.item(),
                          point,
                          point.isEmpty() && v.draw(3) > 0 ? "impression" : "click",
                          v.timeMs()))
              .collect(Collectors.joining("", header, "")));
    }
    FeedLog log = imported(folder.resolve("part*.csv"));
    assertThat(log.catalogue().size()).isEqualTo((int) ITEMS);
    assertThat(log.catalogue().title(0)).doesNotContain(".");
    assertThat(log.impressions())
        .isEqualTo((int) VISITS.stream().map(v -> v.visit() + " " + v.item()).distinct().count());
  }
}
