package io.unipin.serving.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.bytes.MalformedBytesException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

final class RecordCodecTest {
  private static final int LIMIT = 4;

  @TempDir Path folder;

  private final RecordCodec codec =
      new RecordCodec(new NameTable(List.of("click", "save")), new NameTable(List.of("home")));

  @Test
  void encode_recordOfEveryKind_readsBack() {
    RecordedAction action = new RecordedAction(-7, List.of("save", "click"), "home", 1000);
    RecordedAction early = new RecordedAction(Long.MIN_VALUE, List.of(), "home", -5);
    EventVersions corrected = new EventVersions(ActionEvent.MAX_REVISION, 0);
    EventVersions taken = new EventVersions(3, ActionEvent.MAX_REVISION);
    StoredRecord record =
        new StoredRecord(
            1L << 40,
            new Place(-9, -1),
            List.of(
                KeptEvent.unlinked(early),
                KeptEvent.of(-1, corrected, action),
                KeptEvent.of(1, taken, action)),
            Map.of(-2L, corrected, 2L, taken),
            Map.of(-3L, 0L, 3L, ActionEvent.MAX_REVISION),
            List.of(Long.MAX_VALUE, Long.MIN_VALUE));
    StoredRecord read = codec.decode(codec.encode(record));
    assertThat(read).isEqualTo(record);
    assertThat(codec.decodeHistory(codec.encode(record), LIMIT))
        .isEqualTo(new UserHistory((1L << 40) + 2, List.of(early, action)));
    assertThat(codec.decode(codec.encode(StoredRecord.EMPTY))).isEqualTo(StoredRecord.EMPTY);
  }

  @Test
  void decode_laterVersion_isRefused() {
    assertThatThrownBy(() -> codec.decode(new byte[] {3, 0, 0, 0}))
        .isInstanceOf(MalformedBytesException.class)
        .hasMessage("a history record of version 1 to 2 expected, got 3");
  }

  @Test
  void decode_ofMoreThanAnyoneDid_isRefused() {
    byte[] older = {2, -1, -1, -1, -1, -1, -1, -1, -1, 127, 0, 0, 0, 0, 0};
    assertThatThrownBy(() -> codec.decode(older)).isInstanceOf(MalformedBytesException.class);
    byte[] fewerThanStored = {1, 0, 1, 2, 2, 0, 0, 0};
    assertThatThrownBy(() -> codec.decodeHistory(fewerThanStored, LIMIT))
        .isInstanceOf(MalformedBytesException.class);
  }

  @Test
  void decode_flagsThatContradictRevisions_isRefused() {
    byte[] notCounted = {2, 0, 0, 1, 0, 0};
    assertThatThrownBy(() -> codec.decode(notCounted))
        .isInstanceOf(MalformedBytesException.class)
        .hasMessage("flags that fit revisions 0 and -1 expected, got 0");
  }

  /** What a database holds that a server without corrections wrote, with a limit of 4. */
  private void restoreFirstVersion() throws IOException, RocksDBException {
    RocksDB.loadLibrary();
    HexFormat hex = HexFormat.of();
    try (InputStream in =
            Objects.requireNonNull(RecordCodecTest.class.getResourceAsStream("history-1.hex"));
        Options options = new Options().setCreateIfMissing(true);
        RocksDB database = RocksDB.open(options, folder.toString())) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        String[] pair = line.split(" ", 2);
        database.put(hex.parseHex(pair[0]), hex.parseHex(pair[1]));
      }
    }
  }

  @Test
  void store_ofTheFirstVersion_readsAndGoesOn() throws Exception {
    restoreFirstVersion();
    try (HistoryStore store = HistoryStore.open(new HistoryConfig(folder, LIMIT, false))) {
      UserHistory whole =
          new UserHistory(
              3,
              List.of(
                  action(101, "search", 1000, "click"),
                  action(102, "home", 2000, "click", "save"),
                  action(103, "search", 3000)));
      assertThat(store.read("whole")).isEqualTo(whole);
      assertThat(store.read("trimmed").lifetime()).isEqualTo(7);
      assertThat(store.read("trimmed").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(203L, 204L, 205L, 206L);
      assertThat(store.read("late").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(301L, 302L, 303L);

      assertThat(append(store, "whole", "w2", 0, whole.newest().get(1)))
          .isEqualTo(new AppendResult(0, 1));
      assertThat(append(store, "whole", "w4", 0, action(104, "home", 2500, "save")))
          .isEqualTo(new AppendResult(1, 0));
      assertThat(store.read("whole").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(101L, 102L, 104L, 103L);
      assertThat(append(store, "trimmed", "before", 0, action(9, "home", 2999)))
          .isEqualTo(new AppendResult(1, 0));
      assertThat(store.read("trimmed").lifetime()).isEqualTo(8);
      assertThat(store.read("trimmed").newest()).hasSize(4);
    }
  }

  @Test
  void store_ofTheFirstVersion_correctsWhatIsRecordedOnceMore() throws Exception {
    restoreFirstVersion();
    try (HistoryStore store = HistoryStore.open(new HistoryConfig(folder, LIMIT, false))) {
      assertThat(store.retract("whole", List.of("w2"), 0).unlinked()).isEqualTo(1);
      RecordedAction action = action(102, "home", 2000, "click", "save");
      append(store, "whole", "w2", 0, action);
      assertThat(store.retract("whole", List.of("w2"), 0).retracted()).isEqualTo(1);
      assertThat(store.read("whole").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(101L, 103L);
      assertThat(store.read("whole").lifetime()).isEqualTo(2);
    }
  }

  private static AppendResult append(
      HistoryStore store, String user, String event, long revision, RecordedAction action) {
    return store.append(user, List.of(new ActionEvent(event, revision, action)));
  }

  private static RecordedAction action(long item, String surface, long timeMs, String... names) {
    return new RecordedAction(item, List.of(names), surface, timeMs);
  }
}
