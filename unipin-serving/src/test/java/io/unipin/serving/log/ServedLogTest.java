package io.unipin.serving.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.FeedSchema;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.log.segment.LogFolder;
import io.unipin.serving.request.Draws;
import io.unipin.settings.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class ServedLogTest {
  private static final FeedSchema SCHEMA =
      new FeedSchema(List.of("click", "save"), List.of("click"), List.of("home", "search"));
  private static final Catalogue CATALOGUE =
      Catalogue.of(LongStream.range(100, 110).mapToObj(id -> item(id)).toList());

  private static CatalogueItem item(long id) {
    return new CatalogueItem(id, "t" + id, "c", FeedLog.NO_TIME, new float[0], "", "key " + id);
  }

  @TempDir Path folder;

  @Test
  void export_labelsWhatFollowedInTime() {
    try (ServedLog log = open(1000, 1 << 20)) {
      log.recorded("u", List.of(event("before", 101, 900)));
      log.served(slate("view", "u", 1000, 101, 102, 103, 999));
      log.recorded("u", List.of(event("soon", 102, 1500), event("soon", 102, 1500)));
      log.recorded("u", List.of(event("late", 103, 1000 + 60_001)));
      log.recorded("v", List.of(event("other", 103, 1100)));
    }
    FeedLog read = export();
    assertThat(read.users()).isEqualTo(2);
    assertThat(read.actions()).isEqualTo(4);
    assertThat(read.viewHistory()).containsExactly(1);
    assertThat(read.impressionItems()).containsExactly(1, 2, 3);
    assertThat(read.impressionBits()).containsExactly(0, 1, 0);
    Path out = folder.resolve("feed-log");
    FeedLogWriter.write(read, out);
    FeedLog again = FeedLogReader.read(out, 0);
    assertThat(again.impressionBits()).containsExactly(0, 1, 0);
    assertThat(again.actionItems()).isEqualTo(read.actionItems());
    assertThat(again.catalogue().key(1)).isEqualTo("key 101");
  }

  @Test
  void export_pageWithAnUnknownItem_keepsThePlacesOfTheOthers() {
    try (ServedLog log = open(1000, 1 << 20)) {
      log.served(slate("view", "u", 1000, 999, 101, 998, 102));
    }
    FeedLog read = export();
    assertThat(read.impressionItems()).containsExactly(1, 2);
    assertThat(read.impressionPositions()).containsExactly(1, 3);
  }

  @Test
  void export_correctedAndTakenBack_holdsWhatStandsInTheEnd() throws IOException {
    try (ServedLog log = open(10_000, 1024)) {
      log.retracted("u", List.of("early", "back"), 0, 900, log.mark("u"));
      log.recorded("u", List.of(new ActionEvent("back", 1, event("back", 104, 1400).action())));
      log.served(slate("view", "u", 1000, 101, 102, 103, 104));
      for (int i = 0; i < 20; i++) {
        // many lines, so that the log begins another segment
        log.served(slate("fill" + i, "other", 1000, 101));
      }
      log.recorded(
          "u",
          List.of(
              event("early", 101, 1100),
              event("wrong", 102, 1200),
              event("gone", 103, 1300),
              event("back", 105, 1400)));
      log.recorded("u", List.of(new ActionEvent("wrong", 2, event("wrong", 103, 1250).action())));
      log.recorded("u", List.of(new ActionEvent("wrong", 1, event("wrong", 101, 1250).action())));
      log.retracted("u", List.of("gone", "wrong"), 1, 2000, log.mark("u"));
    }
    assertThat(LogFolder.segments("served", folder.resolve("served")).size()).isGreaterThan(1);
    FeedLog read = export();
    int user = read.userRow("u");
    assertThat(IntStream.range(read.actionStart(user), read.actionStart(user + 1)))
        .extracting(action -> read.actionItems()[action])
        .containsExactly(3, 4);
    int view = read.impressionStart(read.viewStart(user));
    assertThat(IntStream.range(view, view + 4))
        .extracting(impression -> read.impressionBits()[impression])
        .containsExactly(0L, 0L, 1L, 1L);
  }

  @Test
  void export_ofTheFirstFormat_reads() throws IOException {
    FeedLog read = exportOf("served-1.jsonl");
    assertThat(read.actionItems()).containsExactly(1, 2, 4);
    assertThat(read.actionBits()).containsExactly(1, 3, 0);
    assertThat(read.impressionBits()).containsExactly(0, 3, 0);
    assertThat(read.viewHistory()).containsExactly(1);
  }

  /**
   * The file contains four actions. One stays as it is, one is corrected, one is retracted, and one
   * is recorded again after its retraction.
   */
  @Test
  void export_ofTheSecondFormat_holdsWhatStandsInTheEnd() throws IOException {
    FeedLog read = exportOf("served-2.jsonl");
    assertThat(read.actionItems()).containsExactly(1, 3, 4);
    assertThat(read.actionBits()).containsExactly(1, 3, 0);
    assertThat(read.actionTimes()).containsExactly(1100, 1250, 1400);
    assertThat(read.impressionItems()).containsExactly(1, 2, 3, 4);
    assertThat(read.impressionBits()).containsExactly(1, 0, 3, 0);
  }

  /** The file contains pages that were ranked by counts, one of them with a draw. */
  @Test
  void export_ofTheFourthFormat_reads() throws IOException {
    FeedLog read = exportOf("served-4.jsonl");
    assertThat(read.views()).isEqualTo(2);
    assertThat(read.impressionItems()).containsExactly(1, 2, 3, 4);
    assertThat(read.impressionBits()).containsExactly(1, 0, 0, 0);
    assertThat(read.impressionPropensity()).hasSize(4).endsWith(0.25);
  }

  @Test
  void log_pageRankedByCounts_namesTheirGeneration() throws IOException {
    try (ServedLog log = open(1000, 1 << 20)) {
      long[] items = {101};
      log.served(
          new Slate("view", "u", 1000, "search", "arm", "b", "i", items, Draws.OFF, "day 1"));
    }
    String lines = Files.readString(LogFolder.segments("served", folder.resolve("served")).get(0));
    assertThat(lines).contains("\"format\":4", "\"counts\":\"day 1\"").doesNotContain("draws");
    assertThat(export().views()).isEqualTo(1);
  }

  private FeedLog exportOf(String resource) throws IOException {
    Files.createDirectories(folder.resolve("served"));
    try (InputStream in =
        Objects.requireNonNull(ServedLogTest.class.getResourceAsStream(resource))) {
      Files.copy(in, folder.resolve("served").resolve("served-000000000000001.jsonl"));
    }
    return export();
  }

  @Test
  void log_withoutCorrections_isOfTheFirstFormat() throws IOException {
    try (ServedLog log = open(1000, 1 << 20)) {
      log.recorded("u", List.of(event("e", 101, 900)));
      log.served(slate("view", "u", 1000, 101));
    }
    String lines = Files.readString(LogFolder.segments("served", folder.resolve("served")).get(0));
    assertThat(lines).doesNotContain("format", "revision", "retracted", "counts");
  }

  @Test
  void erase_userWithRetractions_removesTheirEventIds() throws IOException {
    try (ServedLog log = open(1000, 1 << 20)) {
      log.recorded("u", List.of(event("event-of-u", 101, 900)));
      log.retracted("u", List.of("event-of-u"), 0, 1000, log.mark("u"));
      log.served(slate("view", "v", 1000, 101));
      assertThat(log.erase("u")).isTrue();
    }
    for (Path segment : LogFolder.segments("served", folder.resolve("served"))) {
      assertThat(Files.readString(segment)).doesNotContain("event-of-u");
    }
  }

  @Test
  void erase_removesUserFromEverySegment() throws IOException {
    try (ServedLog log = open(10_000, 1024)) {
      for (int i = 0; i < 200; i++) {
        log.served(slate("view" + i, "gone", i, 101));
        log.served(slate("stay" + i, "\"stays\"", i, 102));
      }
      assertThat(log.erase("gone")).isTrue();
      assertThat(log.erase("gone")).isFalse();
      log.served(slate("more", "\"stays\"", 500, 103));
    }
    assertThat(LogFolder.segments("served", folder.resolve("served")).size()).isGreaterThan(1);
    for (Path segment : LogFolder.segments("served", folder.resolve("served"))) {
      assertThat(Files.readString(segment)).doesNotContain("gone");
    }
    assertThat(export().views()).isEqualTo(201);
  }

  @Test
  void export_pageAskedForTwice_isOneFeedviewOfTheLastAnswer() {
    try (ServedLog log = open(1000, 1 << 20)) {
      log.served(slate("view", "u", 1000, 101, 102));
      log.served(slate("view", "v", 1000, 103));
      log.served(slate("view", "u", 1010, 104));
    }
    FeedLog read = export();
    assertThat(read.views()).isEqualTo(2);
    assertThat(read.impressionItems()).containsExactlyInAnyOrder(3, 4);
  }

  @Test
  void export_tornLines_areSkippedAndNamedAndNoWholeLineIsLost() throws IOException {
    try (ServedLog log = open(1000, 1 << 20)) {
      for (int i = 0; i < 5; i++) {
        log.served(slate("view" + i, "üser", i, 101));
      }
    }
    Path segment = LogFolder.segments("served", folder.resolve("served")).get(0);
    byte[] all = Files.readAllBytes(segment);
    int line = all.length / 5;
    for (int cut = 1; cut <= line; cut++) { // a cut may fall into the middle of a character
      Files.write(segment, Arrays.copyOf(all, all.length - cut));
      List<String> skipped = new ArrayList<>();
      FeedLog read =
          ServedLogExport.read(
              folder.resolve("served"), SCHEMA, CATALOGUE, Duration.ofMinutes(1), skipped::add);
      boolean whole = cut == 1; // only the line break is missing
      boolean none = cut == line;
      assertThat(read.views()).isEqualTo(whole ? 5 : 4);
      assertThat(skipped).hasSize(whole || none ? 0 : 1);
      assertThat(skipped)
          .allMatch(
              sentence ->
                  sentence.equals(
                      "1 torn line skipped in %s line 5".formatted(segment.getFileName())));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'view':'v','user':'u','timeMs':1,'items':[101]",
        "'view':'v','user':'u','timeMs':1,'surface':'home','items':[101,null]",
        "'view':'v','user':'u','timeMs':1,'surface':'home','items':[101],'event':'e'",
        "'view':'v','user':'u','timeMs':1,'surface':'','items':[],'event':'e','format':2,'retracted':true",
        "'view':'v','user':'u','timeMs':1,'surface':'','items':[],'format':2,'retracted':true",
        "'user':'u','timeMs':1,'items':[101],'actions':['click'],'event':'e'",
        "'user':'u','timeMs':1,'surface':'','items':[101],'event':'e','format':4,'counts':'g'",
        "'view':'v','user':'u','timeMs':1,'surface':'home','items':[101],'format':5",
        "'user':'u','timeMs':1,'surface':'home','items':[101],'actions':[null],'event':'e'",
        "'user':'u','timeMs':1,'surface':'home','items':[null],'actions':['click'],'event':'e'",
        "'user':'u','timeMs':1,'surface':'home','items':[],'actions':['click'],'event':'e'",
        "'user':'u','timeMs':1,'surface':'home','items':[101,102],'actions':['click'],'event':'e'",
        "'view':'v','user':'u','timeMs':1.9,'surface':'home','items':[101]",
        "'view':'v','user':'u','timeMs':'1','surface':'home','items':[101]",
        "'view':'v','user':'u','timeMs':1,'surface':'home','items':['101']",
      })
  void export_jsonThatIsNoWholeEntry_isSkippedAndNamed(String fields) throws IOException {
    String line = '{' + fields.replace('\'', '"') + "}\n";
    Path served = Files.createDirectories(folder.resolve("served"));
    Files.writeString(served.resolve("served-000000000000001.jsonl"), line);
    List<String> skipped = new ArrayList<>();
    FeedLog read =
        ServedLogExport.read(served, SCHEMA, CATALOGUE, Duration.ofMinutes(1), skipped::add);
    assertThat(read.views()).isZero();
    assertThat(skipped)
        .containsExactly("1 torn line skipped in served-000000000000001.jsonl line 1");
  }

  @Test
  void erase_whatWaitsForTheDiskAndLogThatIsOff_leavesNothing() throws IOException {
    try (ServedLog log = open(1000, 1 << 20)) {
      log.served(slate("view", "gone", 1, 101));
      assertThat(log.erase("gone")).isTrue();
      log.served(slate("again", "gone", 1, 101));
    }
    ServedLogConfig off =
        new ServedLogConfig(
            false, folder.resolve("served"), 10, new ByteSize(1 << 20), Duration.ofHours(1));
    try (ServedLog log = ServedLog.open(off)) {
      assertThat(log.erase("gone")).isTrue();
      assertThat(log.erase("gone")).isFalse();
    }
    assertThat(export().views()).isZero();
  }

  @Test
  void served_diskWorksAgain_writesWhatWaited() throws IOException {
    Path served = Files.writeString(folder.resolve("served"), "a file where the folder should be");
    ServedLog log = open(10, 1024);
    log.served(slate("view", "u", 1, 101));
    Files.delete(served);
    log.close();
    assertThat(log.dropped()).isZero();
    assertThat(export().views()).isEqualTo(1);
  }

  @Test
  void served_diskFails_dropsAndCounts() throws IOException {
    Files.writeString(folder.resolve("served"), "a file where the folder should be");
    ServedLog log = open(10, 1024);
    for (int i = 0; i < 100; i++) {
      log.served(slate("view" + i, "u", i, 101));
    }
    log.close();
    log.close();
    assertThat(log.dropped()).isEqualTo(100);
  }

  private ServedLog open(int queue, int segment) {
    return ServedLog.open(
        new ServedLogConfig(
            true, folder.resolve("served"), queue, new ByteSize(segment), Duration.ofHours(1)));
  }

  private FeedLog export() {
    return ServedLogExport.read(folder.resolve("served"), SCHEMA, CATALOGUE, Duration.ofMinutes(1));
  }

  private static Slate slate(String id, String user, long timeMs, long... items) {
    return new Slate(id, user, timeMs, "search", "arm", "bundle", "index", items);
  }

  private static ActionEvent event(String id, long item, long timeMs) {
    return new ActionEvent(id, new RecordedAction(item, List.of("click"), "home", timeMs));
  }
}
