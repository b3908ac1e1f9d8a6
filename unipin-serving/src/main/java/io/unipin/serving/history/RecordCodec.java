package io.unipin.serving.history;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a user's record.
 *
 * <p>Thread-safe. Every name must have its number before a record is encoded. A damaged record is a {@link
 * MalformedBytesException}, whatever is damaged in it.
 */
final class RecordCodec {
  /*
   * byte    version, 1
   * varint  lifetime actions
   * varint  stored actions, then for each, oldest first:
   *   zigzag  item id
   *   zigzag  milliseconds since the action before (since 0 for the first)
   *   varint  surface, a number of the name table
   *   varint  number of action types, then each, numbers of the name table
   * varint  events, then each, oldest first: 8 bytes of its hash
   */
  private static final byte VERSION = 1;

  /** Item, time, surface and the number of action types. */
  private static final int LEAST_ACTION_BYTES = 4;

  private final NameTable actionNames;
  private final NameTable surfaceNames;

  RecordCodec(NameTable actionNames, NameTable surfaceNames) {
    this.actionNames = actionNames;
    this.surfaceNames = surfaceNames;
  }

  byte[] encode(UserRecord record) {
    ByteWriter out = new ByteWriter(64 + 24 * record.actions().size());
    out.int8(VERSION).varint(record.lifetime()).varint(record.actions().size());
    long previous = 0;
    for (RecordedAction action : record.actions()) {
      out.zigzag(action.itemId()).zigzag(action.timeMs() - previous);
      previous = action.timeMs();
      out.varint(surfaceNames.number(action.surface())).varint(action.actions().size());
      action.actions().forEach(name -> out.varint(actionNames.number(name)));
    }
    out.varint(record.events().size());
    record.events().forEach(out::int64);
    return out.toByteArray();
  }

  UserHistory decodeHistory(byte[] bytes) {
    ByteReader in = open(bytes);
    long lifetime = in.varint();
    return new UserHistory(lifetime, actions(in));
  }

  UserRecord decode(byte[] bytes, int limit) {
    ByteReader in = open(bytes);
    long lifetime = in.varint();
    List<RecordedAction> actions = actions(in);
    int count = in.count(Long.BYTES);
    List<Long> events = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      events.add(in.int64());
    }
    in.end();
    return new UserRecord(limit, lifetime, actions, events);
  }

  private static ByteReader open(byte[] bytes) {
    ByteReader in = ByteReader.of(bytes);
    byte version = in.int8();
    if (version != VERSION) {
      throw new MalformedBytesException(
          "a history record of version %d expected, got %d".formatted(VERSION, version));
    }
    return in;
  }

  private List<RecordedAction> actions(ByteReader in) {
    int count = in.count(LEAST_ACTION_BYTES);
    List<RecordedAction> actions = new ArrayList<>(count);
    long time = 0;
    for (int i = 0; i < count; i++) {
      long item = in.zigzag();
      time += in.zigzag();
      String surface = name(surfaceNames, in);
      actions.add(new RecordedAction(item, names(in), surface, time));
    }
    return actions;
  }

  private List<String> names(ByteReader in) {
    int count = in.count(1);
    if (count == 1) {
      return List.of(name(actionNames, in));
    }
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      names.add(name(actionNames, in));
    }
    return names;
  }

  private static String name(NameTable table, ByteReader in) {
    long number = in.varint();
    if (number < 0 || number >= table.next()) {
      throw new MalformedBytesException(
          "a name's number below %d expected, got %s"
              .formatted(table.next(), Long.toUnsignedString(number)));
    }
    return table.name((int) number);
  }
}
