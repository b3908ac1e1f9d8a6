package io.unipin.serving.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.bytes.MalformedBytesException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

final class RecordCodecTest {
  private static final int LIMIT = 4;
  private static final long SEED = 19;

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
            new EventPlace(-9, -1),
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

  /**
   * Restores data that a server with a limit of 4 actions wrote. The data of version 1 has no
   * corrections; the data of version 2 has some.
   */
  private void restore(String resource) throws IOException, RocksDBException {
    RocksDB.loadLibrary();
    HexFormat hex = HexFormat.of();
    try (InputStream in =
            Objects.requireNonNull(RecordCodecTest.class.getResourceAsStream(resource));
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
    restore("history-1.hex");
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
    restore("history-1.hex");
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

  @Test
  void store_ofTheSecondVersion_readsAndGoesOn() throws Exception {
    restore("history-2.hex");
    try (HistoryStore store = HistoryStore.open(new HistoryConfig(folder, LIMIT, false))) {
      assertThat(store.read("whole"))
          .isEqualTo(
              new UserHistory(
                  3,
                  List.of(
                      action(101, "search", 1000, "click"),
                      action(102, "home", 2000, "click", "save"),
                      action(103, "search", 3000))));
      assertThat(store.read("trimmed").lifetime()).isEqualTo(7);
      assertThat(store.read("trimmed").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(203L, 204L, 205L, 206L);
      assertThat(store.read("corrected"))
          .isEqualTo(
              new UserHistory(
                  2,
                  List.of(
                      action(304, "search", 1500, "hide"), action(302, "search", 2000, "save"))));
      assertThat(store.read("waiting"))
          .isEqualTo(new UserHistory(1, List.of(action(401, "home", -5, "save"))));

      RecordedAction back = action(303, "home", 3000, "click");
      append(store, "corrected", "c3", 1, back);
      assertThat(store.read("corrected").lifetime()).as("was taken back up to 1").isEqualTo(2);
      append(store, "corrected", "c3", 2, back);
      assertThat(store.read("corrected").newest()).hasSize(3).endsWith(back);
      append(store, "corrected", "c2", 2, action(305, "home", 2000));
      assertThat(store.read("corrected").newest()).as("was of revision 3").hasSize(3);
      assertThat(store.read("corrected").newest().get(1).itemId()).isEqualTo(302);
      RecordedAction later = action(402, "search", 10, "click");
      append(store, "waiting", "later", 5, later);
      assertThat(store.read("waiting").lifetime()).as("its retraction waited").isEqualTo(1);
      append(store, "waiting", "later", 6, later);
      assertThat(store.read("waiting").newest()).endsWith(later);
    }
  }

  /**
   * Tests that random records can be decoded, and that their bytes are refused if any are missing.
   * Some numbers are near the smallest or the largest long.
   */
  @Test
  void decode_randomRecords_isWhatWasEncodedAndNothingShorterIs() {
    Random random = new Random(SEED);
    for (int round = 0; round < 500; round++) {
      StoredRecord record = record(random);
      byte[] bytes = codec.encode(record);
      assertThat(codec.decode(bytes)).as("round %s of seed %s", round, SEED).isEqualTo(record);
      assertThat(codec.encode(codec.decode(bytes))).isEqualTo(bytes);
      int limit = 1 + random.nextInt(8);
      assertThat(codec.decodeHistory(bytes, limit)).isEqualTo(record.history(limit));
      for (int length = 0; length < bytes.length; length++) {
        byte[] part = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> codec.decode(part)).isInstanceOf(MalformedBytesException.class);
      }
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertThatThrownBy(() -> codec.decode(longer)).isInstanceOf(MalformedBytesException.class);
    }
  }

  private static StoredRecord record(Random random) {
    List<KeptEvent> kept = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      RecordedAction action =
          new RecordedAction(
              number(random),
              random.nextBoolean() ? List.of("save") : List.of("click", "save"),
              "home",
              number(random));
      EventVersions versions = versions(random);
      kept.add(
          random.nextInt(3) == 0
              ? KeptEvent.unlinked(action)
              : KeptEvent.of(
                  number(random),
                  versions,
                  versions.hold() ? action : RecordedAction.unknown(action.timeMs())));
    }
    Map<Long, EventVersions> dropped = new HashMap<>();
    Map<Long, Long> waiting = new HashMap<>();
    List<Long> unlinked = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      dropped.put(number(random), versions(random));
      waiting.put(number(random), revision(random));
      unlinked.add(number(random));
    }
    EventPlace floor =
        random.nextBoolean()
            ? EventPlace.BEFORE_ALL
            : new EventPlace(number(random), number(random));
    long older = random.nextBoolean() ? 0 : random.nextLong(StoredRecord.MOST_OLDER + 1);
    return new StoredRecord(older, floor, kept, dropped, waiting, unlinked);
  }

  private static EventVersions versions(Random random) {
    return new EventVersions(
        revision(random), random.nextBoolean() ? EventVersions.NONE : revision(random));
  }

  private static long revision(Random random) {
    return random.nextInt(3) == 0
        ? random.nextLong(ActionEvent.MAX_REVISION + 1)
        : random.nextInt(3);
  }

  /** Returns a small number, any number, or a number near the smallest or the largest long. */
  private static long number(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(200) - 100;
      case 1 -> Long.MIN_VALUE + random.nextInt(2);
      case 2 -> Long.MAX_VALUE - random.nextInt(2);
      default -> random.nextLong();
    };
  }

  private static AppendResult append(
      HistoryStore store, String user, String event, long revision, RecordedAction action) {
    return store.append(user, List.of(new ActionEvent(event, revision, action)));
  }

  private static RecordedAction action(long item, String surface, long timeMs, String... names) {
    return new RecordedAction(item, List.of(names), surface, timeMs);
  }
}
