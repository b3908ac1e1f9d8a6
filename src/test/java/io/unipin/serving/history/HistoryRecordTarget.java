package io.unipin.serving.history;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.tests.fuzz.FuzzTarget;
import java.util.List;
import java.util.Map;

/** Records of the history store: what is damaged on disk is named so, and costs no memory. */
public final class HistoryRecordTarget implements FuzzTarget {
  private static final int LIMIT = 64;

  private final RecordCodec codec =
      new RecordCodec(
          new NameTable(List.of("click", "save", "hide")), new NameTable(List.of("home", "")));

  @Override
  public Map<String, byte[]> seeds() {
    UserRecord one = UserRecord.empty(LIMIT);
    one.add(1, new RecordedAction(5, List.of("click"), "home", 1_700_000_000_000L));
    UserRecord several = UserRecord.empty(LIMIT);
    for (int i = 0; i < 5; i++) {
      List<String> actions = List.of("click", "save", "hide").subList(0, i % 4);
      several.add(-i, new RecordedAction(i * 1_000_003L, actions, "", -i * 3_600_000L));
    }
    return Map.of(
        "empty", codec.encode(UserRecord.empty(LIMIT)),
        "one", codec.encode(one),
        "several", codec.encode(several));
  }

  @Override
  public void run(byte[] input) {
    try {
      codec.decodeHistory(input);
    } catch (MalformedBytesException e) {
      // named as damaged
    }
    try {
      codec.encode(codec.decode(input, LIMIT));
    } catch (MalformedBytesException e) {
      // named as damaged
    }
  }
}
