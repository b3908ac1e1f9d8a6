package io.unipin.serving.history;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The byte format of a user's record.
 *
 * <p>Thread-safe. Every name must have its number before a record is encoded. Every damaged record
 * causes a {@link MalformedBytesException}.
 */
final class RecordCodec {
  /*
   * byte    version, 2; FirstRecordFormat reads the rest of version 1
   * varint  older: number of events at or before the floor that were not retracted
   * byte    1 when there is a floor, then its zigzag milliseconds and 8 bytes of its event hash
   * varint  number of kept events, then for each, oldest first:
   *   byte    flags: LINKED, COUNTS, and whether REVISION and RETRACTED follow
   *   zigzag  milliseconds since the event before (since 0 for the first)
   *   8 bytes hash of the event, if LINKED
   *   varint  revision, if REVISION, else it is 0
   *   varint  retracted revision, if RETRACTED, else there is none
   *   zigzag  item id, then the action's names, if COUNTS
   * varint  number of dropped events, then for each:
   *   flags, 8 bytes of its hash, REVISION and RETRACTED as above
   * varint  number of waiting retractions, then for each: 8 bytes of event hash, varint revision
   * varint  number of unlinked events, then for each: 8 bytes of its hash
   */
  private static final byte VERSION = 2;

  private static final int LINKED = 1;
  private static final int COUNTS = 2;
  private static final int REVISION = 4;
  private static final int RETRACTED = 8;

  private static final int LEAST_KEPT_BYTES = 2;
  private static final int LEAST_VERSIONED_BYTES = 9;

  private final ActionNames names;
  private final FirstRecordFormat first;

  RecordCodec(NameTable actionNames, NameTable surfaceNames) {
    this.names = new ActionNames(actionNames, surfaceNames);
    this.first = new FirstRecordFormat(names);
  }

  byte[] encode(StoredRecord record) {
    ByteWriter out = new ByteWriter(64 + 32 * record.kept().size());
    boolean hasFloor = !record.floor().equals(EventPlace.BEFORE_ALL);
    out.int8(VERSION).varint(record.older()).int8(hasFloor ? 1 : 0);
    if (hasFloor) {
      out.zigzag(record.floor().timeMs()).int64(record.floor().event());
    }
    out.varint(record.kept().size());
    long previous = 0;
    for (KeptEvent event : record.kept()) {
      write(out, event, previous);
      previous = event.action().timeMs();
    }
    out.varint(record.dropped().size());
    record
        .dropped()
        .forEach(
            (event, versions) -> {
              out.int8(flags(versions)).int64(event);
              write(out, versions);
            });
    out.varint(record.waiting().size());
    record.waiting().forEach((event, revision) -> out.int64(event).varint(revision));
    out.varint(record.unlinked().size());
    record.unlinked().forEach(out::int64);
    return out.toByteArray();
  }

  private void write(ByteWriter out, KeptEvent event, long previousMs) {
    RecordedAction action = event.action();
    out.int8(flags(event.versions()) | (event.isLinked() ? LINKED : 0));
    out.zigzag(action.timeMs() - previousMs);
    if (event.isLinked()) {
      out.int64(event.event());
    }
    write(out, event.versions());
    if (event.counts()) {
      names.write(out.zigzag(action.itemId()), action);
    }
  }

  private static int flags(EventVersions versions) {
    return (versions.hold() ? COUNTS : 0)
        | (versions.recorded() > 0 ? REVISION : 0)
        | (versions.retracted() > EventVersions.NONE ? RETRACTED : 0);
  }

  private static void write(ByteWriter out, EventVersions versions) {
    if (versions.recorded() > 0) {
      out.varint(versions.recorded());
    }
    if (versions.retracted() > EventVersions.NONE) {
      out.varint(versions.retracted());
    }
  }

  /**
   * Reads the part of a record that a request needs: the actions of the newest {@code limit}
   * events. An event that was retracted counts towards the limit, but its action is left out.
   */
  UserHistory decodeHistory(byte[] bytes, int limit) {
    ByteReader in = ByteReader.of(bytes);
    return (version(in) == 1 ? first.read(in) : decodeKept(in)).history(limit);
  }

  StoredRecord decode(byte[] bytes) {
    ByteReader in = ByteReader.of(bytes);
    StoredRecord record = version(in) == 1 ? first.read(in) : decodeAll(in);
    in.end();
    return record;
  }

  private static byte version(ByteReader in) {
    byte version = in.int8();
    if (version < 1 || version > VERSION) {
      throw new MalformedBytesException(
          "a history record of version 1 to %s expected, got %s".formatted(VERSION, version));
    }
    return version;
  }

  private StoredRecord decodeAll(ByteReader in) {
    StoredRecord kept = decodeKept(in);
    Map<Long, EventVersions> dropped = new LinkedHashMap<>();
    for (int i = in.count(LEAST_VERSIONED_BYTES); i > 0; i--) {
      int flags = in.int8();
      dropped.put(in.int64(), versions(in, flags));
    }
    Map<Long, Long> waiting = new LinkedHashMap<>();
    for (int i = in.count(LEAST_VERSIONED_BYTES); i > 0; i--) {
      waiting.put(in.int64(), revision(in));
    }
    return new StoredRecord(kept.older(), kept.floor(), kept.kept(), dropped, waiting, hashes(in));
  }

  private StoredRecord decodeKept(ByteReader in) {
    long older = in.varint();
    if (older < 0 || older > StoredRecord.MOST_OLDER) {
      throw new MalformedBytesException(
          "at most %s older events expected, got %s"
              .formatted(StoredRecord.MOST_OLDER, Long.toUnsignedString(older)));
    }
    EventPlace floor =
        in.int8() == 0 ? EventPlace.BEFORE_ALL : new EventPlace(in.zigzag(), in.int64());
    int count = in.count(LEAST_KEPT_BYTES);
    List<KeptEvent> kept = new ArrayList<>(count);
    long time = 0;
    for (int i = 0; i < count; i++) {
      int flags = in.int8();
      time += in.zigzag();
      kept.add(event(in, flags, time));
    }
    return new StoredRecord(older, floor, kept, Map.of(), Map.of(), List.of());
  }

  private KeptEvent event(ByteReader in, int flags, long timeMs) {
    boolean linked = (flags & LINKED) != 0;
    long event = linked ? in.int64() : KeptEvent.UNKNOWN;
    EventVersions versions = versions(in, flags);
    RecordedAction action =
        versions.hold() ? names.read(in, in.zigzag(), timeMs) : RecordedAction.unknown(timeMs);
    return new KeptEvent(linked, event, versions, action);
  }

  private static EventVersions versions(ByteReader in, int flags) {
    long recorded = (flags & REVISION) != 0 ? revision(in) : 0;
    long retracted = (flags & RETRACTED) != 0 ? revision(in) : EventVersions.NONE;
    EventVersions versions = new EventVersions(recorded, retracted);
    if (versions.hold() != ((flags & COUNTS) != 0)) {
      throw new MalformedBytesException(
          "flags that fit revisions %s and %s expected, got %s"
              .formatted(recorded, retracted, flags));
    }
    return versions;
  }

  private static long revision(ByteReader in) {
    long revision = in.varint();
    if (revision < 0 || revision > ActionEvent.MAX_REVISION) {
      throw new MalformedBytesException(
          "a revision of at most %s expected, got %s"
              .formatted(ActionEvent.MAX_REVISION, Long.toUnsignedString(revision)));
    }
    return revision;
  }

  static List<Long> hashes(ByteReader in) {
    int count = in.count(Long.BYTES);
    List<Long> hashes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      hashes.add(in.int64());
    }
    return hashes;
  }
}
