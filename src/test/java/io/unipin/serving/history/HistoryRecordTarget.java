package io.unipin.serving.history;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.tests.fuzz.FuzzTarget;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Records of the history store: what is damaged on disk is named so, and costs no memory. */
public final class HistoryRecordTarget implements FuzzTarget {
  private static final int LIMIT = 64;

  /** Three actions and the hashes of their events, of five lifetime actions. */
  private static final String FIRST_VERSION =
      "010503da04d00f000102dc0400010100de04a01f000101"
          + "0310dacdccfe877dc02804bad6fe94a55f8a1cee436cbac148";

  private final RecordCodec codec =
      new RecordCodec(
          new NameTable(List.of("click", "save", "hide")), new NameTable(List.of("home", "")));

  @Override
  public Map<String, byte[]> seeds() {
    UserRecord one = new UserRecord(LIMIT, StoredRecord.EMPTY);
    one.record(1, 0, new RecordedAction(5, List.of("click"), "home", 1_700_000_000_000L));
    UserRecord several = new UserRecord(4, StoredRecord.EMPTY);
    for (int i = 0; i < 9; i++) {
      List<String> actions = List.of("click", "save", "hide").subList(0, i % 4);
      several.record(-i, i, new RecordedAction(i * 1_000_003L, actions, "", -i * 3_600_000L));
      several.retract(-i, i % 2 == 0 ? i + 1 : i - 1);
    }
    several.retract(100, 7);
    several.trim();
    return Map.of(
        "empty", codec.encode(StoredRecord.EMPTY),
        "one", codec.encode(one.stored()),
        "several", codec.encode(several.stored()),
        "first-version", HexFormat.of().parseHex(FIRST_VERSION));
  }

  @Override
  public void run(byte[] input) {
    try {
      codec.decodeHistory(input, LIMIT);
    } catch (MalformedBytesException e) {
      // named as damaged
    }
    try {
      UserRecord record = new UserRecord(4, codec.decode(input));
      record.record(1, 1, new RecordedAction(5, List.of("click"), "home", 0));
      record.retract(2, 1);
      record.trim();
      codec.encode(record.stored());
    } catch (MalformedBytesException e) {
      // named as damaged
    }
  }
}
