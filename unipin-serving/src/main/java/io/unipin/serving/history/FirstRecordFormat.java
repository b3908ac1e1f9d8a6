package io.unipin.serving.history;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.MalformedBytesException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads records of version 1. Such records hold no corrections and do not link actions to events.
 * Thread-safe.
 */
final class FirstRecordFormat {
  /*
   * varint  lifetime actions
   * varint  stored actions, then for each, oldest first:
   *   zigzag  item id
   *   zigzag  milliseconds since the action before (since 0 for the first)
   *   its names
   * varint  number of events, then for each, oldest first: 8 bytes of its hash
   */
  private static final int LEAST_ACTION_BYTES = 4;

  private final ActionNames names;

  FirstRecordFormat(ActionNames names) {
    this.names = names;
  }

  /**
   * Reads a record. Some actions are counted in the record but no longer stored in it. They become
   * events up to the floor of the {@link StoredRecord}.
   */
  StoredRecord read(ByteReader in) {
    long lifetime = in.varint();
    int count = in.count(LEAST_ACTION_BYTES);
    List<KeptEvent> kept = new ArrayList<>(count);
    long time = 0;
    for (int i = 0; i < count; i++) {
      long item = in.zigzag();
      time += in.zigzag();
      kept.add(KeptEvent.unlinked(names.read(in, item, time)));
    }
    long older = lifetime - count;
    if (older < 0 || older > StoredRecord.MOST_OLDER) {
      throw new MalformedBytesException(
          "lifetime actions of %s or more expected, got %s"
              .formatted(count, Long.toUnsignedString(lifetime)));
    }
    boolean whole = older == 0 || kept.isEmpty();
    EventPlace floor =
        whole ? EventPlace.BEFORE_ALL : new EventPlace(kept.get(0).action().timeMs() - 1, -1);
    return new StoredRecord(older, floor, kept, Map.of(), Map.of(), RecordCodec.hashes(in));
  }
}
