package io.unipin.serving.history;

import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.tests.fuzz.FuzzTarget;
import java.util.List;
import java.util.Map;

/**
 * Reads arbitrary records of the history store. The reader must report a damaged record as damaged,
 * and must not use much memory for it.
 */
public final class HistoryRecordTarget implements FuzzTarget {
  private static final int LIMIT = 64;
  private static final long TIME = 1_700_000_000_000L;

  private final RecordCodec codec =
      new RecordCodec(
          new NameTable(List.of("click", "save", "hide")), new NameTable(List.of("home", "")));

  @Override
  public Map<String, byte[]> seeds() {
    EventVersions first = new EventVersions(0, EventVersions.NONE);
    EventVersions third = new EventVersions(2, 1);
    EventVersions gone = new EventVersions(0, 3);
    RecordedAction click = new RecordedAction(5, List.of("click"), "home", TIME);
    RecordedAction both = new RecordedAction(-6, List.of("save", "hide"), "", TIME + 5);
    List<KeptEvent> kept =
        List.of(
            KeptEvent.unlinked(click),
            KeptEvent.of(1, first, click),
            KeptEvent.of(2, third, both),
            KeptEvent.of(3, gone, both));
    StoredRecord whole =
        new StoredRecord(
            7,
            new EventPlace(TIME - 1, 9),
            kept,
            Map.of(4L, third),
            Map.of(5L, 2L),
            List.of(6L, 7L));
    return Map.of(
        "empty", codec.encode(StoredRecord.EMPTY),
        "whole", codec.encode(whole),
        "first-format", firstFormat());
  }

  /**
   * Returns a record of version 1. The record's user has made two actions in total. The record
   * contains one of these actions, and one event.
   */
  private static byte[] firstFormat() {
    return new ByteWriter(32)
        .int8(1)
        .varint(2)
        .varint(1)
        .zigzag(5)
        .zigzag(TIME)
        .varint(0)
        .varint(1)
        .varint(0)
        .varint(1)
        .int64(11)
        .toByteArray();
  }

  @Override
  public void run(byte[] input) {
    try {
      codec.decodeHistory(input, LIMIT);
    } catch (MalformedBytesException e) {
      // The record is reported as damaged.
    }
    try {
      UserRecord record = new UserRecord(LIMIT, codec.decode(input));
      record.record(12, 0, new RecordedAction(1, List.of("click"), "home", TIME));
      record.trim();
      codec.encode(record.stored());
    } catch (MalformedBytesException e) {
      // The record is reported as damaged.
    }
  }
}
