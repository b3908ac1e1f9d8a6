package io.unipin.prerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingCounts;
import io.unipin.model.features.ModelException;
import io.unipin.train.TestLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreRankTablesTest {
  private static final int ITEMS = 30;

  @TempDir Path folder;

  private static PreRankTables tables() {
    FeedLog log = TestLogs.random(40, ITEMS, 30, 3);
    return PreRankTables.of(log, Holdout.leaveLast(log, 1));
  }

  @Test
  void write_andRead_givesTheSame() {
    FeedLog log = TestLogs.random(40, ITEMS, 30, 3);
    int[] positives = TrainingCounts.of(log, Holdout.leaveLast(log, 1)).positives();
    PreRankTables tables = tables();
    assertThat(PreRankTables.read(folder)).isEmpty();
    tables.write(folder);
    PreRankTables read = PreRankTables.read(folder).orElseThrow();
    assertThat(read.items()).isEqualTo(ITEMS);
    assertThat(read.follows().size()).isEqualTo(tables.follows().size()).isPositive();
    for (int item = 0; item < ITEMS; item++) {
      assertThat(read.logPopularity(item)).isEqualTo((float) Math.log1p(positives[item]));
      assertThat(read.follows().of(new int[] {item}).rows())
          .isEqualTo(tables.follows().of(new int[] {item}).rows());
      assertThat(read.follows().of(new int[] {item}).scores())
          .isEqualTo(tables.follows().of(new int[] {item}).scores());
    }
    PreRankTables.remove(folder);
    PreRankTables.remove(folder);
    assertThat(PreRankTables.read(folder)).isEmpty();
  }

  @Test
  void read_filesCutAnywhere_areRefused() throws IOException {
    tables().write(folder);
    Path file = folder.resolve(PreRankTables.FILE);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> PreRankTables.read(folder))
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith("prerank.bin: ");
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 4));
    assertThatThrownBy(() -> PreRankTables.read(folder))
        .hasMessageContaining("the bytes of 30 items");
  }

  @Test
  void read_anyChangedByte_isRefused() throws IOException {
    tables().write(folder);
    Path file = folder.resolve(PreRankTables.FILE);
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x41;
      Files.write(file, changed);
      assertThatThrownBy(() -> PreRankTables.read(folder)).isInstanceOf(ModelException.class);
    }
  }

  /** The checksums of these files are right, so that only the checks of the numbers refuse them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 7 | the magic number UPRK expected",
        "4 | 2 | version 1 expected, got 2",
        "8 | 2147483647 | the bytes of 2147483647 items",
        "8 | -1 | the bytes of -1 items",
        "12 | -5 | the bytes of 30 items and -5 followers",
        "16 | -1 | 0 or more actions expected, got -1",
        "20 | 51 | followers of item row 0 expected, got 51",
        "20 | -1 | followers of item row 0 expected, got -1",
        "256 | 30 | follower rows of 0 to 29 expected, got 30",
        "256 | -1 | follower rows of 0 to 29 expected, got -1",
        "260 | 2143289344 | finite strengths of 0 or more expected, got NaN",
        "260 | -1082130432 | finite strengths of 0 or more expected, got -1.0"
      })
  void read_hostileNumbers_areRefused(int at, int value, String message) throws IOException {
    tables().write(folder);
    Path file = folder.resolve(PreRankTables.FILE);
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    numbers.putInt(at, value);
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, bytes.length - 4);
    numbers.putInt(bytes.length - 4, (int) sum.getValue());
    Files.write(file, bytes);
    assertThatThrownBy(() -> PreRankTables.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void read_otherCatalogueOrWeightsAlone_areRefused() throws IOException {
    tables().write(folder);
    assertThat(PreRankFiles.read(folder, ITEMS)).isPresent();
    assertThatThrownBy(() -> PreRankFiles.read(folder, ITEMS + 1))
        .hasMessageContaining("tables of 31 items expected, got 30");
    PreRankTables.remove(folder);
    assertThat(PreRankFiles.read(folder, ITEMS)).isEmpty();
    PreRankTest.fitted(1, 0.5f).write(folder);
    assertThatThrownBy(() -> PreRankFiles.read(folder, ITEMS))
        .hasMessage("prerank.json: prerank.bin beside it expected, none found");
    PreRankFiles.remove(folder);
    assertThat(folder).isEmptyDirectory();
  }
}
