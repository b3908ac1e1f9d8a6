package io.unipin.serving.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.log.segment.LogFolder;
import io.unipin.serving.log.segment.LogReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class LogSegmentsTest {
  /** The size of a segment in bytes. Segments of this size have an index. */
  private static final int LARGE = 300 << 10;

  @TempDir Path root;

  private final AtomicLong nanos = new AtomicLong();

  private Path folder() {
    return root.resolve("log");
  }

  private LogSegments open(int segmentBytes) {
    LogSegments segments = closed(segmentBytes);
    segments.open();
    return segments;
  }

  private LogSegments closed(int segmentBytes) {
    return new LogSegments("served", folder(), segmentBytes, SegmentRoom.unbounded(), nanos::get);
  }

  private static List<LogText> lines(String user, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new LogText(
                    user,
                    "{\"view\":\"view-%s-%d\",\"user\":\"%s\",\"items\":[1]}"
                        .formatted(user, i, user)))
        .toList();
  }

  private String everything() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder())) {
      for (Path file : files.toList()) {
        all.append(file.getFileName()).append(' ');
        all.append(Files.readString(file, StandardCharsets.ISO_8859_1)).append('\n');
      }
    }
    return all.toString();
  }

  private long written() throws IOException {
    return everything().lines().filter(line -> line.contains("\"user\"")).count();
  }

  @ParameterizedTest
  @ValueSource(ints = {2000, LARGE})
  void erase_userInManySegments_leavesNothingOfThemAndAllOfOthers(int segmentBytes)
      throws IOException {
    try (LogSegments segments = open(segmentBytes)) {
      for (int i = 0; i < 20; i++) {
        segments.append(lines("stays" + i, 1000), false);
        segments.append(lines("gone", 10), false);
      }
      assertThat(LogFolder.segments("served", folder()).size()).isGreaterThan(3);
      assertThat(segments.erase("gone")).isTrue();
      assertThat(segments.erase("gone")).isFalse();
      segments.append(lines("later", 1), false);
    }
    assertThat(everything()).doesNotContain("gone");
    assertThat(written()).isEqualTo(20_001);
  }

  /**
   * An erasure overwrites lines with blanks. The other users' lines may get blanks at their ends,
   * but each must still be one line of JSON.
   */
  @ParameterizedTest
  @ValueSource(ints = {2000, LARGE})
  void erase_linesBetweenOthers_leavesNoBlankLineAndEveryOtherLineReadable(int segmentBytes)
      throws IOException {
    try (LogSegments segments = open(segmentBytes)) {
      for (int i = 0; i < 5000; i++) {
        segments.append(lines("gone", i % 3), false);
        segments.append(lines("stays" + i, 1), false);
        segments.append(lines("later", i % 4), false);
      }
      assertThat(segments.erase("later")).isTrue();
      assertThat(segments.erase("gone")).isTrue();
      segments.append(lines("last", 1), false);
    }
    List<String> read = new ArrayList<>();
    for (Path segment : LogFolder.segments("served", folder())) {
      List<String> lines = Files.readAllLines(segment);
      assertThat(lines).noneMatch(String::isBlank);
      lines.forEach(line -> read.add(line.strip()));
      LogReader.read(segment, (bytes, from, length) -> {}, skipped -> read.add(skipped));
    }
    List<String> expected = new ArrayList<>();
    IntStream.range(0, 5000).forEach(i -> expected.add(lines("stays" + i, 1).get(0).json()));
    expected.add(lines("last", 1).get(0).json());
    assertThat(read).isEqualTo(expected);
  }

  @Test
  void erase_segmentsOfAnotherRunWithoutIndex_leavesNothing() throws IOException {
    try (LogSegments segments = open(LARGE)) {
      segments.append(lines("stays", 20_000), false);
      segments.append(lines("gone", 3), false);
    }
    try (Stream<Path> files = Files.list(folder())) {
      for (Path file : files.filter(name -> name.toString().endsWith(".users")).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("gone");
        Files.delete(file);
      }
    }
    try (LogSegments segments = open(LARGE)) {
      segments.prepare();
      assertThat(everything()).contains(".users");
      assertThat(segments.erase("gone")).isTrue();
    }
    assertThat(everything()).doesNotContain("gone");
    assertThat(written()).isEqualTo(20_000);
  }

  @Test
  void erase_indexOfAnotherState_isNotTrusted() throws IOException {
    try (LogSegments segments = open(1 << 20)) {
      segments.append(lines("stays", 10_000), false);
    }
    Path segment = LogFolder.segments("served", folder()).get(0);
    Files.writeString(segment, lines("gone", 1).get(0).json() + "\n", StandardOpenOption.APPEND);
    try (LogSegments segments = open(1 << 20)) {
      assertThat(segments.erase("gone")).isTrue();
    }
    assertThat(everything()).doesNotContain("gone");
  }

  @Test
  void erase_damagedIndexThatNobodyHasLookedAt_isNotTrusted() throws IOException {
    try (LogSegments segments = open(1 << 20)) {
      segments.append(lines("stays", 10_000), false);
      segments.append(lines("gone", 3), false);
    }
    Path segment = LogFolder.segments("served", folder()).get(0);
    Path index = segment.resolveSibling(segment.getFileName() + ".users");
    byte[] bytes = Files.readAllBytes(index);
    Arrays.fill(bytes, 48, bytes.length, (byte) 1); // the header stays valid
    Files.write(index, bytes);
    try (LogSegments segments = open(1 << 20)) {
      assertThat(segments.erase("gone")).isTrue();
    }
    assertThat(everything()).doesNotContain("gone");
  }

  @Test
  void prepare_segmentDeletedMeanwhile_indexesAllOthers() throws IOException {
    try (LogSegments segments = open(LARGE)) {
      segments.append(lines("stays", 20_000), false);
    }
    Path last = LogFolder.segments("served", folder()).get(1);
    Path index = last.resolveSibling(last.getFileName() + ".users");
    Files.delete(index);
    try (LogSegments segments = open(LARGE)) {
      // A listing of the folder contains this file, but the file can't be opened.
      Path gone = folder().resolve("served-000000000000000.jsonl");
      Files.createSymbolicLink(gone, folder().resolve("nowhere"));
      segments.prepare();
      assertThat(index).exists();
      assertThat(segments.erase("stays")).isTrue();
    }
  }

  @Test
  void erase_lastLineTorn_dropsItWhoeverItWasOf() throws IOException {
    try (LogSegments segments = open(1 << 20)) {
      segments.append(lines("stays", 2), false);
      segments.append(lines("gone", 2), false);
    }
    Path segment = LogFolder.segments("served", folder()).get(0);
    String text = Files.readString(segment);
    // Now the file ends in the middle of a user's id.
    Files.writeString(segment, text.substring(0, text.length() - 12));
    try (LogSegments segments = open(1 << 20)) {
      assertThat(segments.erase("gone")).isTrue();
      assertThat(everything()).doesNotContain("gone").doesNotContain("go\n");
      assertThat(segments.erase("gone")).isFalse();
    }
    assertThat(written()).isEqualTo(2);
  }

  @Test
  void erase_logThatTakesNothing_reachesItsFolder() throws IOException {
    try (LogSegments segments = open(1 << 20)) {
      segments.append(lines("gone", 2), false);
      segments.append(lines("stays", 2), false);
    }
    LogSegments off = closed(1 << 20);
    assertThat(off.erase("gone")).isTrue();
    assertThat(everything()).doesNotContain("gone");
    open(1 << 20).close(); // succeeds only if no server owns the folder
    assertThat(off.erase("gone")).isFalse();
  }

  @Test
  void erase_oneSegmentFails_goesOnAndSaysSo() throws IOException {
    try (LogSegments segments = open(500)) {
      segments.append(lines("gone", 100), false);
      segments.append(lines("stays", 1), false);
      Path first = LogFolder.segments("served", folder()).get(0);
      Files.delete(first);
      Files.createDirectory(first);
      assertThatThrownBy(() -> segments.erase("gone"))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("1 segments of the served log");
      Files.delete(first);
      segments.erase("gone");
    }
    assertThat(everything()).doesNotContain("gone").contains("stays");
  }

  @Test
  void open_folderOfAnotherServer_isRefused() throws IOException {
    try (LogSegments segments = open(1 << 20)) {
      segments.append(lines("u", 1), false);
      LogSegments other = closed(1 << 20);
      assertThatThrownBy(other::open)
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("another server writes to");
      assertThatThrownBy(() -> other.erase("u")).isInstanceOf(ServingException.class);
    }
    // succeeds, because the lock file still exists but no server holds the lock
    open(1 << 20).close();
    assertThat(root.resolve("log/served.lock")).exists();
  }

  @Test
  void open_afterCrash_removesWhatWasLeftHalfDone() throws IOException {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("served-000000000000001.jsonl.tmp"), "gone");
    Files.writeString(folder().resolve("served-000000000000001.jsonl.users.tmp"), "x");
    Files.writeString(folder().resolve("served-000000000000001.jsonl.users"), "x");
    Files.writeString(folder().resolve("served-000000000000002.jsonl"), "");
    open(1 << 20).close();
    assertThat(everything()).isEqualTo("served.lock \n");
  }

  @Test
  void append_diskFails_waitsEverLongerAndWritesAllOnceItWorks() throws IOException {
    Files.writeString(folder(), "a file where the folder should be");
    List<LogText> waiting = lines("u", 3);
    try (LogSegments segments = open(1 << 20)) {
      assertThat(segments.append(waiting, false)).isZero();
      Files.delete(folder());
      assertThat(segments.append(waiting, false)).isZero(); // the next attempt is not due yet
      assertThat(folder()).doesNotExist();
      nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
      assertThat(segments.append(waiting, false)).isEqualTo(3);
    }
    assertThat(written()).isEqualTo(3);
  }

  @Test
  void append_segmentTakenAway_beginsAnother() throws IOException {
    try (LogSegments segments = open(1 << 20)) {
      segments.append(lines("u", 3), false);
      Files.delete(LogFolder.segments("served", folder()).get(0));
      segments.append(lines("u", 2), false);
    }
    assertThat(written()).isEqualTo(2);
  }

  @Test
  void erase_openSegmentCutOffByAnother_ends() throws IOException {
    try (LogSegments segments = open(1 << 20)) {
      segments.append(lines("gone", 3), false);
      Files.writeString(LogFolder.segments("served", folder()).get(0), "");
      assertThat(segments.erase("gone")).isFalse();
      segments.append(lines("stays", 2), false);
    }
    assertThat(written()).isEqualTo(2);
  }

  @Test
  void append_whileErasing_losesNoLine() throws Exception {
    List<Throwable> failures = new ArrayList<>();
    try (LogSegments segments = open(50_000)) {
      segments.append(lines("gone", 1000), false);
      Thread writer =
          new Thread(
              () -> {
                for (int i = 0; i < 500; i++) {
                  segments.append(lines("stays", 10), false);
                }
              });
      writer.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
      writer.start();
      while (writer.isAlive()) {
        segments.erase("gone");
      }
      writer.join();
    }
    assertThat(failures).isEmpty();
    assertThat(written()).isEqualTo(5000);
    assertThat(everything()).doesNotContain("gone");
  }
}
