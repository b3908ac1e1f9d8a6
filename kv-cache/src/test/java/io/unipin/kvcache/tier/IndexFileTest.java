package io.unipin.kvcache.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexFileTest {
  private static final Id CHECK = new Id(1, 2);
  private static final int HEADER_BYTES = 64;

  /** The file may grow by this number of bytes, plus its own length, until it is overdue. */
  private static final int SLACK_BYTES = 1 << 20;

  @TempDir Path temp;

  private final DiskLog log = new DiskLog();

  private Path path() {
    return temp.resolve("index");
  }

  private static Id user(int user) {
    return new Id(user, 7);
  }

  /** Returns an entry with one chunk. Its record has 88 bytes, and four bytes per page. */
  private static StoredEntry entry(int user, int pages) {
    int[] places = IntStream.range(0, pages).map(page -> 3 * page + user).toArray();
    ChunkName name = new ChunkName(5 + user, new Id(9, user), user);
    StoredChunk chunk = new StoredChunk(name, pages * ChunkFile.PAGE_BYTES, 77 + user, places);
    return new StoredEntry(new EntryName(user(user), new Id(8, 8)), 123, List.of(chunk));
  }

  private static List<StoredEntry> entries(int count) {
    return IntStream.range(0, count).mapToObj(user -> entry(user, 1)).toList();
  }

  private IndexFile create(List<StoredEntry> entries) throws IOException {
    return IndexFile.create(path(), log::open, CHECK, entries);
  }

  /** Checks that the file holds exactly these entries. */
  private void assertHolds(List<StoredEntry> expected) throws IOException {
    assertThat(IndexFile.load(path(), CHECK).entries().values())
        .extracting(IndexFileTest::text)
        .containsExactlyElementsOf(expected.stream().map(IndexFileTest::text).toList());
  }

  private static String text(StoredEntry entry) {
    StringBuilder text = new StringBuilder().append(entry.name()).append(entry.shape());
    for (StoredChunk chunk : entry.chunks()) {
      text.append(chunk.name()).append(chunk.bytes()).append(' ').append(chunk.checksum());
      text.append(Arrays.toString(chunk.pages()));
    }
    return text.toString();
  }

  @Test
  void create_moreRecordsThanABufferHolds_writesThemAll() throws IOException {
    List<StoredEntry> entries = entries(2000);
    create(entries).close();
    assertHolds(entries);
  }

  @Test
  void create_recordLongerThanTheBuffer_isWrittenWhole() throws IOException {
    List<StoredEntry> entries = List.of(entry(0, 1), entry(1, 40_000), entry(2, 2));
    create(entries).close();
    assertHolds(entries);
  }

  @Test
  void put_andRemove_lastRecordCounts() throws IOException {
    try (IndexFile index = create(entries(3))) {
      index.put(entry(0, 4));
      index.remove(entry(1, 1));
      assertHolds(List.of(entry(2, 1), entry(0, 4)));
    }
  }

  @Test
  void mayName_userOfAReplacedRecord_untilTheFileIsRewritten() throws IOException {
    try (IndexFile index = create(entries(2))) {
      assertThat(index.mayName(user(0))).isFalse();
      index.put(entry(0, 2));
      assertThat(index.mayName(user(0))).isTrue();
      assertThat(index.mayName(user(1))).isFalse();
      index.rewrite(List.of(entry(0, 2)), false);
      assertThat(index.mayName(user(0))).isFalse();
      assertHolds(List.of(entry(0, 2)));
    }
  }

  @Test
  void clean_isWhatTheLastRewriteSaid() throws IOException {
    try (IndexFile index = create(entries(2))) {
      assertThat(IndexFile.load(path(), CHECK).clean()).isFalse();
      index.rewrite(entries(2), true);
      assertThat(IndexFile.load(path(), CHECK).clean()).isTrue();
      index.rewrite(entries(2), false);
      assertThat(IndexFile.load(path(), CHECK).clean()).isFalse();
    }
  }

  @Test
  void isOverdue_moreThanTwiceTheLengthAndTheSlack() throws IOException {
    try (IndexFile index = create(entries(2000))) {
      int length = (int) Files.size(path());
      index.put(entry(0, (length + SLACK_BYTES - 88) / 4));
      assertThat(Files.size(path())).isEqualTo(2L * length + SLACK_BYTES);
      assertThat(index.isOverdue()).isFalse();
      index.put(entry(0, 1));
      assertThat(index.isOverdue()).isTrue();
      index.rewrite(entries(2), false);
      assertThat(index.isOverdue()).isFalse();
      assertHolds(entries(2));
    }
  }

  @Test
  void empty_leavesNoRecordUntilTheNextRewrite() throws IOException {
    try (IndexFile index = create(entries(2))) {
      index.put(entry(0, 2));
      index.empty();
      assertThat(Files.size(path())).isZero();
      assertThat(index.mayName(user(0))).isFalse();
      assertThat(index.isOverdue()).isTrue();
      index.put(entry(1, 3));
      assertThat(Files.size(path())).as("the header is gone").isZero();
      index.rewrite(entries(2), false);
      assertThat(index.isOverdue()).isFalse();
      assertHolds(entries(2));
    }
  }

  @Test
  void rewrite_isOnTheDiskBeforeItTakesItsPlace() throws IOException {
    IndexFile index = create(entries(1));
    assertThat(log.events)
        .containsExactly("open index.next", "force index.next", "close index.next", "open index");
    index.rewrite(entries(2), false);
    assertThat(log.open()).as("open files").isEqualTo(1);
    index.close();
    assertThat(log.open()).isZero();
  }

  @Test
  void rewrite_failed_keepsTheOldFileAndIsOverdue() throws IOException {
    try (IndexFile index = create(entries(2))) {
      log.failing("index.next");
      assertThatThrownBy(() -> index.rewrite(entries(1), false)).isInstanceOf(IOException.class);
      assertThat(temp.resolve("index.next")).doesNotExist();
      assertThat(log.open()).as("open files").isEqualTo(1);
      assertHolds(entries(2));
      assertThat(index.isOverdue()).isTrue();
      log.failing("");
      index.rewrite(entries(1), false);
      assertHolds(entries(1));
    }
  }

  @Test
  void put_failed_isOverdueUntilRewritten() throws IOException {
    try (IndexFile index = create(entries(2))) {
      log.failing("index");
      assertThatThrownBy(() -> index.put(entry(0, 2))).isInstanceOf(IOException.class);
      assertThat(index.isOverdue()).isTrue();
      assertHolds(entries(2));
    }
  }

  /** A record whose length is impossible ends the file, even if a whole record follows. */
  @ParameterizedTest
  @ValueSource(ints = {0, -1, (1 << 24) + 1})
  void load_recordOfAnImpossibleLength_endsTheFile(int length) throws IOException {
    create(entries(2)).close();
    int second = HEADER_BYTES + IndexRecord.bytes(entry(0, 1));
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path()));
    ByteBuffer damaged = ByteBuffer.allocate(file.capacity() + IndexRecord.PREFIX_BYTES);
    damaged.put(file.array(), 0, second).putInt(length).putInt(0);
    damaged.put(file.array(), second, file.capacity() - second);
    Files.write(path(), damaged.array());
    assertHolds(entries(1));
  }

  @Test
  void load_recordWithAWrongByte_endsTheFile() throws IOException {
    create(entries(3)).close();
    byte[] file = Files.readAllBytes(path());
    file[HEADER_BYTES + IndexRecord.bytes(entry(0, 1)) + 20]++;
    Files.write(path(), file);
    assertHolds(entries(1));
  }

  @Test
  void load_recordOfAnotherForm_endsTheFile() throws IOException {
    create(entries(3)).close();
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path()));
    int start = HEADER_BYTES + IndexRecord.bytes(entry(0, 1));
    int countAt = start + IndexRecord.PREFIX_BYTES + 2 * Id.BYTES + Long.BYTES;
    file.putInt(countAt, 0); // no chunks, but bytes of a chunk follow
    file.putInt(start + Integer.BYTES, IndexRecord.checksum(file, start, file.getInt(start)));
    Files.write(path(), file.array());
    assertHolds(entries(1));
  }

  @Test
  void load_fileOfAnotherSecretOrCutInTheHeader_isEmpty() throws IOException {
    create(entries(2)).close();
    assertThat(IndexFile.load(path(), new Id(1, 3)).entries()).isEmpty();
    Files.write(path(), Arrays.copyOf(Files.readAllBytes(path()), HEADER_BYTES - 1));
    assertHolds(List.of());
  }
}
