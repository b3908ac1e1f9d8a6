package io.unipin.serving.impressions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.disk.OpenFolders;
import io.unipin.serving.failure.ServingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ImpressionCountsTest {
  private static final long MAX_BYTES = 1 << 20;

  /** The number of counts that fit into {@link #MAX_BYTES}. */
  private static final int ROOM = (int) (MAX_BYTES * 3 / 4 / CountTable.COUNT_BYTES);

  @TempDir Path folder;

  private static ShownPage page(String user, String request, String surface, long... items) {
    return new ShownPage(user, request, surface, items);
  }

  private static long[] read(ImpressionCounts counts, String surface, long... items) {
    return counts.read(surface, items).impressions();
  }

  @Test
  void served_pages_countByItemAndSurfaceInTheNextGeneration() {
    ImpressionCounts counts = ImpressionCounts.inMemory(MAX_BYTES);
    long before = counts.read("home", new long[0]).generation();
    counts.served(page("u", "r1", "home", 1, 2));
    counts.served(page("u", "r2", "home", 2, 3));
    counts.served(page("v", "r1", "search", 2));
    assertThat(read(counts, "home", 1, 2, 3)).containsOnly(0);
    counts.publish();
    assertThat(read(counts, "home", 1, 2, 3)).containsExactly(1, 2, 1);
    assertThat(read(counts, "search", 1, 2, 3)).containsExactly(0, 1, 0);
    assertThat(counts.read("home", new long[0]).generation()).isEqualTo(before + 1);
    counts.publish();
    assertThat(counts.read("home", new long[0]).generation()).isEqualTo(before + 1);
    assertThat(counts.figures().counted()).isEqualTo(5);
  }

  @Test
  void served_requestAgain_countsItsLastAnswerOnce() {
    ImpressionCounts counts = ImpressionCounts.inMemory(MAX_BYTES);
    counts.served(page("u", "r", "home", 1, 2));
    counts.served(page("u", "r", "home", 1, 2));
    counts.publish();
    assertThat(read(counts, "home", 1, 2, 3)).containsExactly(1, 1, 0);
    counts.served(page("u", "r", "home", 2, 3));
    counts.publish();
    assertThat(read(counts, "home", 1, 2, 3)).containsExactly(0, 1, 1);
  }

  @Test
  void off_countsNothing() {
    ImpressionCounts counts = ImpressionCounts.off();
    counts.served(page("u", "r", "home", 1));
    counts.publish();
    assertThat(read(counts, "home", 1)).containsExactly(0);
    assertThat(counts.figures()).isEqualTo(new ImpressionCounts.Figures(0, 0, 0, 0));
    assertThat(counts.erase("u")).isFalse();
  }

  @Test
  void restart_keepsCountsAndRaisesTheGeneration() {
    long generation;
    try (ImpressionCounts counts = ImpressionCounts.open(folder, MAX_BYTES)) {
      counts.served(page("u", "r1", "hömé", 1, Long.MAX_VALUE));
      counts.publish();
      counts.served(page("u", "r2", "hömé", 1));
      generation = counts.read("", new long[0]).generation();
    } // closing also writes the counts that were not published
    try (ImpressionCounts counts = ImpressionCounts.open(folder, MAX_BYTES)) {
      assertThat(read(counts, "hömé", 1, Long.MAX_VALUE)).containsExactly(2, 1);
      assertThat(counts.read("", new long[0]).generation()).isGreaterThan(generation + 1);
    }
  }

  /**
   * Copies the folder while the counts are open. A killed process would leave it in the same state.
   */
  @Test
  void kill_keepsWhatWasPublished() throws IOException {
    Path copy = folder.resolve("copy");
    try (ImpressionCounts counts = ImpressionCounts.open(folder.resolve("live"), MAX_BYTES)) {
      counts.served(page("u", "r1", "home", 1, 2));
      counts.publish();
      counts.served(page("u", "r2", "home", 1, 2));
      OpenFolders.copy(folder.resolve("live"), copy);
    }
    try (ImpressionCounts counts = ImpressionCounts.open(copy, MAX_BYTES)) {
      assertThat(read(counts, "home", 1, 2)).containsExactly(1, 1);
    }
  }

  @Test
  void open_folderOfAnotherServer_isRefused() {
    try (ImpressionCounts counts = ImpressionCounts.open(folder, MAX_BYTES)) {
      assertThat(counts.figures().counted()).isZero();
      assertThatThrownBy(() -> ImpressionCounts.open(folder, MAX_BYTES))
          .isInstanceOf(ServingException.class)
          .hasMessageStartingWith("impressions.folder: a folder that no other server uses");
    }
  }

  @Test
  void served_moreItemsThanThereIsRoom_staysInItsBytesAndCallsThemWellKnown() {
    ImpressionCounts counts = ImpressionCounts.inMemory(MAX_BYTES);
    long[] items = LongStream.range(0, ROOM + 1000).toArray();
    for (int from = 0; from < items.length; from += 100) {
      long[] some = Arrays.copyOfRange(items, from, Math.min(items.length, from + 100));
      counts.served(page("u", "r" + from, "home", some));
    }
    assertThat(counts.figures().uncounted()).isEqualTo(1000);
    assertThat(counts.figures().bytes()).isLessThanOrEqualTo(MAX_BYTES);
    counts.publish();
    assertThat(counts.figures().bytes()).isLessThanOrEqualTo(MAX_BYTES);
    assertThat(read(counts, "home", 0, ROOM - 1, ROOM)).containsExactly(1, 1, Long.MAX_VALUE);
  }

  @Test
  void publish_withoutRoom_dropsItemsThatNoBundleKnows() {
    try (ImpressionCounts counts = ImpressionCounts.open(folder, MAX_BYTES)) {
      counts.keepOnly(ids -> Arrays.stream(ids).filter(id -> id % 2 == 0).toArray());
      counts.served(page("u", "r", "home", LongStream.range(0, ROOM).toArray()));
      counts.publish();
      assertThat(read(counts, "home", 2, 3)).containsExactly(1, 0);
      counts.served(page("u", "r2", "home", 1_000_003));
      counts.publish();
      assertThat(read(counts, "home", 1_000_003)).containsExactly(1);
    }
    try (ImpressionCounts counts = ImpressionCounts.open(folder, MAX_BYTES)) {
      assertThat(read(counts, "home", 2, 3, 1_000_003)).containsExactly(1, 0, 1);
    }
  }

  @Test
  void recentPages_stayInTheirBytesAndForgetTheOldest() {
    RecentPages pages = new RecentPages(100_000);
    for (int i = 0; i < 10_000; i++) {
      assertThat(pages.put(page("u" + i, "r", "home", 1, 2, 3), 0)).isNull();
      assertThat(pages.bytes()).isBetween(300L, 100_000L);
    }
    assertThat(pages.put(page("u9999", "r", "home", 1), 0)).isNotNull();
    assertThat(pages.put(page("u0", "r", "home", 1), 0)).isNull();
    for (String user : List.of("u9999", "u0")) {
      assertThat(pages.erase(user)).isTrue();
      assertThat(pages.erase(user)).isFalse();
      assertThat(pages.put(page(user, "r", "home", 1), 0)).isNull();
    }
  }
}
