package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Slates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class FeedLogRoundTripTest {
  @TempDir private Path temporary;

  public static void assertSame(FeedLog found, FeedLog expected) {
    assertThat(found.schema()).isEqualTo(expected.schema());
    assertThat(IntStream.range(0, found.users()).mapToObj(found::user))
        .containsExactlyElementsOf(
            IntStream.range(0, expected.users()).mapToObj(expected::user).toList());
    Object[] columns = {columns(found.actionColumns()), columns(found.viewColumns())};
    Object[] wanted = {columns(expected.actionColumns()), columns(expected.viewColumns())};
    assertThat(Arrays.deepEquals(columns, wanted)).isTrue();
    assertSame(found.catalogue(), expected.catalogue());
  }

  private static void assertSame(Catalogue found, Catalogue expected) {
    assertThat(found.size()).isEqualTo(expected.size());
    assertThat(found.contentDim()).isEqualTo(expected.contentDim());
    for (int row = 0; row < found.size(); row++) {
      CatalogueItem item = found.item(row);
      CatalogueItem wanted = expected.item(row);
      assertThat(item.content()).isEqualTo(wanted.content());
      assertThat(item.author()).isEqualTo(wanted.author());
      assertThat(item.key()).isEqualTo(wanted.key());
      assertThat(item.attributes()).isEqualTo(wanted.attributes());
      assertThat(List.of(item.id(), item.title(), item.category(), item.createdMs()))
          .isEqualTo(List.of(wanted.id(), wanted.title(), wanted.category(), wanted.createdMs()));
    }
  }

  private static Object[] columns(ActionColumns of) {
    return new Object[] {of.start(), of.items(), of.bits(), of.surfaces(), of.times()};
  }

  private static Object[] columns(ViewColumns of) {
    return new Object[] {
      of.start(),
      of.surfaces(),
      of.times(),
      of.history(),
      of.impressionStart(),
      of.items(),
      of.bits(),
      of.positions(),
      of.oracle(),
      of.propensity()
    };
  }

  /** Items above an impression that the log lacks were on the page all the same. */
  @Test
  void impressionsThatAreMissing_leaveTheOthersAtTheirPlaces() {
    FeedLogBuilder builder =
        new FeedLogBuilder(FeedLogs.small().schema(), FeedLogs.small().catalogue());
    builder.user("ann").action(0, 1, 0, 900).view(0, 1000);
    builder.skip().impression(1, 0).skip().skip().impression(2, 1);
    builder.view(0, 2000).impression(0, 0).impression(3, 0);
    FeedLog log = builder.build();
    Path directory = temporary.resolve("log");
    FeedLogWriter.write(log, directory);
    FeedLog read = FeedLogReader.read(directory, 0);
    assertSame(read, log);
    assertThat(read.impressionPositions()).containsExactly(1, 4, 0, 1);
    FeedLog fewer = read.withCatalogue(read.catalogue(), new int[] {Catalogue.UNKNOWN, 1, 2, 3});
    assertThat(fewer.impressionPositions()).containsExactly(1, 4, 1);
    assertThat(fewer.position(1, 2)).isEqualTo(1);
    Slates slates = new Slates(read, Holdout.leaveLast(read, 1));
    assertThat(slates.position(slates.of(0).get(0), 1)).isEqualTo(4);
    assertThat(slates.position(slates.of(0).get(1), 1)).isEqualTo(1);
  }

  @Test
  void read_afterWrite_isEqual() {
    FeedLog log = FeedLogs.small();
    Path directory = temporary.resolve("log");
    FeedLogWriter.write(log, directory);

    FeedLog read = FeedLogReader.read(directory, 0);
    assertSame(read, log);
    assertThat(read.badRows()).isZero();
    assertThat(read.userRow("carla")).isEqualTo(2);
    assertThat(read.userRow("nobody")).isEqualTo(-1);
    assertThat(read.actionStart(2)).isEqualTo(read.actionStart(3));
    assertThat(read.viewHistory()).containsExactly(1, 1, 0);
    assertThat(read.impressionOracle()).isEmpty();
    assertThat(read.catalogue().row(40)).isEqualTo(3);
    assertThat(read.catalogue().row(41)).isEqualTo(Catalogue.UNKNOWN);
  }

  @Test
  void read_withOracle_keepsIt() {
    FeedLogBuilder builder = new FeedLogBuilder(FeedLogs.SCHEMA, FeedLogs.catalogue(1));
    FeedLog log = builder.user("u").view(0, 5).impression(0, 1, 0.25f).build();
    FeedLogWriter.write(log, temporary.resolve("log"));
    assertThat(FeedLogReader.read(temporary.resolve("log"), 0).impressionOracle())
        .containsExactly(0.25f);
  }

  @Test
  void read_withPropensities_keepsThoseThatAreKnown() {
    FeedLogBuilder builder = new FeedLogBuilder(FeedLogs.SCHEMA, FeedLogs.catalogue(4));
    FeedLog log =
        builder
            .user("u")
            .view(0, 5)
            .impression(0, 1)
            .impression(1, 0)
            .propensity(0.125)
            .impression(2, 1)
            .propensity(1)
            .impression(3, 0)
            .build();
    FeedLogWriter.write(log, temporary.resolve("log"));
    FeedLog read = FeedLogReader.read(temporary.resolve("log"), 0);
    assertThat(read.impressionPropensity()).containsExactly(Double.NaN, 0.125, 1, Double.NaN);
    assertSame(read, log);
  }

  /**
   * Tables that another program or an earlier version wrote may lack the column of propensities.
   */
  @Test
  void read_withoutTheColumnOfPropensities_knowsNone() {
    FeedLog log =
        FeedLogReader.read(
            FeedLogs.with(
                temporary.resolve("log"),
                FeedTable.FEEDVIEWS,
                "SELECT * EXCLUDE (propensity) FROM old"),
            0);
    assertThat(log.impressionPropensity()).isEmpty();
    assertSame(log, FeedLogs.small());
  }

  @Test
  void read_withoutTimes_ordersBySequence() {
    Path directory =
        FeedLogs.with(
            temporary.resolve("log"),
            FeedTable.ACTIONS,
            """
        SELECT 'z' AS user_id, item_id, actions, surface, NULL::BIGINT AS time_ms, s AS sequence
        FROM old, (VALUES (30, 10), (10, 20), (20, 40)) AS o(s, item) WHERE item_id = item
          AND user_id <> 'anna' OR user_id = 'anna' AND item_id = item""");
    FeedLogs.replace(
        directory,
        FeedTable.FEEDVIEWS,
        """
        SELECT * REPLACE ('z' AS user_id, NULL::BIGINT AS time_ms, 20 AS sequence)
        FROM old WHERE user_id = 'carla'""");
    FeedLog log = FeedLogReader.read(directory, 0);
    assertThat(log.users()).isEqualTo(1);
    assertThat(log.actionItems()).containsExactly(1, 3, 0);
    assertThat(log.actionTimes()).containsOnly(FeedLog.NO_TIME);
    assertThat(log.viewHistory()).containsExactly(1);
  }

  @Test
  void read_fileAndFolder_readsBoth() throws IOException {
    Path directory = temporary.resolve("log");
    FeedLogWriter.write(FeedLogs.small(), directory);
    Path folder = Files.createDirectory(directory.resolve("feedviews"));
    try (TableWriter<ImpressionRow> writer = TableWriter.feedviews(folder.resolve("1.parquet"))) {
      writer.add(row("served", "dora", 9_000L, 0, 40));
      writer.add(row("served", "dora", 9_000L, 1, 10));
      writer.commit();
    }
    FeedLog log = FeedLogReader.read(directory, 0);
    assertThat(log.users()).isEqualTo(4);
    assertThat(log.views()).isEqualTo(4);
    assertThat(log.impressionItems()).endsWith(3, 0);

    try (TableWriter<ImpressionRow> writer = TableWriter.feedviews(folder.resolve("2.parquet"))) {
      writer.add(row("served", "ed", 9_000L, 0, 41));
      writer.commit();
    }
    assertThatThrownBy(() -> FeedLogReader.read(directory, 0))
        .hasMessageStartingWith("feedviews/2.parquet row 1, column item_id: ");
  }

  @Test
  void read_userIds_areOrderedByCodePoint() {
    FeedLogBuilder builder = new FeedLogBuilder(FeedLogs.SCHEMA, FeedLogs.catalogue(1));
    for (String user : List.of("a", "é", "\uFFFD", "\uD83D\uDE00", "\uD83D\uDE01")) {
      builder.user(user).action(0, 1, 0, 1).view(0, 2).impression(0, 1);
    }
    FeedLog log = builder.build();
    FeedLogWriter.write(log, temporary.resolve("log"));
    assertSame(FeedLogReader.read(temporary.resolve("log"), 0), log);
  }

  @Test
  void write_overFeedLog_replacesIt() throws IOException {
    Path directory = temporary.resolve("log");
    FeedLogWriter.write(FeedLogs.small(), directory);
    FeedLog other = new FeedLogBuilder(FeedLogs.SCHEMA, FeedLogs.catalogue(2)).build();
    FeedLogWriter.write(other, directory);
    assertSame(FeedLogReader.read(directory, 0), other);
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).containsExactly(directory);
    }
  }

  @Test
  void write_overSomethingElse_isRefused() throws IOException {
    Files.writeString(temporary.resolve("precious.txt"), "mine");
    assertThatThrownBy(() -> FeedLogWriter.write(FeedLogs.small(), temporary))
        .isInstanceOf(FeedLogException.class)
        .hasMessageContaining("an empty one or a feed log expected");
    assertThat(temporary.resolve("precious.txt")).exists();
  }

  @Test
  void catalogue_afterWrite_isEqual() {
    Catalogue catalogue = FeedLogs.catalogue(5);
    catalogue.write(temporary.resolve("catalogue.parquet"));
    assertSame(Catalogue.read(temporary.resolve("catalogue.parquet")), catalogue);
  }

  private static ImpressionRow row(String view, String user, long timeMs, int position, long item) {
    return new ImpressionRow(
        view, user, timeMs, null, "home", position, item, List.of("click"), null, null);
  }
}
