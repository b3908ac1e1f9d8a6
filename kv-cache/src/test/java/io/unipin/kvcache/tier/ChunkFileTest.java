package io.unipin.kvcache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkFileTest {
  private static final int PAGE = ChunkFile.PAGE_BYTES;

  @TempDir Path temp;

  private final DiskLog log = new DiskLog();

  private Path path() {
    return temp.resolve("chunks");
  }

  /** Makes a file in which every byte is 1. */
  private Disk ones(int bytes) throws IOException {
    byte[] ones = new byte[bytes];
    Arrays.fill(ones, (byte) 1);
    Files.write(path(), ones);
    return log.open(path());
  }

  /** Returns the positions of the pages of the file that hold anything but zeros. */
  private int[] usedPages() throws IOException {
    byte[] all = Files.readAllBytes(path());
    return IntStream.range(0, ChunkFile.pages(all.length))
        .filter(page -> isUsed(Arrays.copyOfRange(all, page * PAGE, (page + 1) * PAGE)))
        .toArray();
  }

  private static boolean isUsed(byte[] page) {
    return !Arrays.equals(page, new byte[PAGE]);
  }

  @Test
  void pages_ofBytes_areRoundedUp() {
    assertThat(ChunkFile.pages(1)).isEqualTo(1);
    assertThat(ChunkFile.pages(PAGE - 1)).isEqualTo(1);
    assertThat(ChunkFile.pages(PAGE)).isEqualTo(1);
    assertThat(ChunkFile.pages(PAGE + 1)).isEqualTo(2);
  }

  @Test
  void filePages_countAPartOfAPage() throws IOException {
    try (Disk disk = log.open(path())) {
      ChunkFile file = new ChunkFile(disk);
      assertThat(file.filePages()).isZero();
    }
    for (int bytes : new int[] {1, PAGE - 1, PAGE, PAGE + 1}) {
      try (Disk disk = ones(bytes)) {
        assertThat(new ChunkFile(disk).filePages()).isEqualTo(bytes <= PAGE ? 1 : 2);
      }
    }
  }

  @Test
  void wipe_pagesInARow_areWrittenTogetherInBoundedSteps() throws IOException {
    try (Disk disk = ones(16 * PAGE)) {
      new ChunkFile(disk).wipe(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14});
      assertThat(log.writes)
          .extracting(DiskLog.Write::at, DiskLog.Write::bytes)
          .containsExactly(
              Tuple.tuple(1L * PAGE, 8 * PAGE),
              Tuple.tuple(9L * PAGE, PAGE),
              Tuple.tuple(12L * PAGE, PAGE),
              Tuple.tuple(14L * PAGE, PAGE));
      assertThat(usedPages()).containsExactly(0, 10, 11, 13, 15);
    }
  }

  @Test
  void wipeIfUsed_lastPageThatIsNotWhole_isOverwritten() throws IOException {
    try (Disk disk = ones(PAGE + 100)) {
      new ChunkFile(disk).wipeIfUsed(1);
      assertThat(usedPages()).containsExactly(0);
    }
  }

  @Test
  void wipeIfUsed_emptyPageOrPageBehindTheEnd_isNotWritten() throws IOException {
    Files.write(path(), new byte[2 * PAGE]);
    try (Disk disk = log.open(path())) {
      ChunkFile file = new ChunkFile(disk);
      for (int page : new int[] {1, 2, 5}) {
        file.wipeIfUsed(page);
      }
      assertThat(log.writes).isEmpty();
      assertThat(file.filePages()).isEqualTo(2);
    }
  }

  @Test
  void force_isPassedToTheDisk() throws IOException {
    try (Disk disk = log.open(path())) {
      new ChunkFile(disk).force();
      assertThat(log.events).contains("force chunks");
    }
  }
}
