package io.unipin.serving.history;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a user's record.
 *
 * <p>Thread-safe. Every name must have its number before a record is encoded.
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

  private final NameTable actionNames;
  private final NameTable surfaceNames;

  RecordCodec(NameTable actionNames, NameTable surfaceNames) {
    this.actionNames = actionNames;
    this.surfaceNames = surfaceNames;
  }

  byte[] encode(UserRecord record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64 + 24 * record.actions().size());
    out.write(VERSION);
    putVarint(out, record.lifetime());
    putVarint(out, record.actions().size());
    long previous = 0;
    for (RecordedAction action : record.actions()) {
      putVarint(out, zigzag(action.itemId()));
      putVarint(out, zigzag(action.timeMs() - previous));
      previous = action.timeMs();
      putVarint(out, surfaceNames.number(action.surface()));
      putVarint(out, action.actions().size());
      for (String name : action.actions()) {
        putVarint(out, actionNames.number(name));
      }
    }
    putVarint(out, record.events().size());
    for (long event : record.events()) {
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) (event >>> shift));
      }
    }
    return out.toByteArray();
  }

  UserHistory decodeHistory(byte[] bytes) {
    ByteBuffer in = open(bytes);
    long lifetime = varint(in);
    return new UserHistory(lifetime, actions(in));
  }

  UserRecord decode(byte[] bytes, int limit) {
    ByteBuffer in = open(bytes);
    long lifetime = varint(in);
    List<RecordedAction> actions = actions(in);
    int count = (int) varint(in);
    List<Long> events = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      events.add(in.getLong());
    }
    return new UserRecord(limit, lifetime, actions, events);
  }

  private static ByteBuffer open(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte version = in.get();
    if (version != VERSION) {
      throw new IllegalStateException(
          "a history record of version " + VERSION + " expected, got " + version);
    }
    return in;
  }

  private List<RecordedAction> actions(ByteBuffer in) {
    int count = (int) varint(in);
    List<RecordedAction> actions = new ArrayList<>(count);
    long time = 0;
    for (int i = 0; i < count; i++) {
      long item = unzigzag(varint(in));
      time += unzigzag(varint(in));
      String surface = surfaceNames.name((int) varint(in));
      actions.add(new RecordedAction(item, names(in), surface, time));
    }
    return actions;
  }

  private List<String> names(ByteBuffer in) {
    int count = (int) varint(in);
    if (count == 1) {
      return List.of(actionNames.name((int) varint(in)));
    }
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      names.add(actionNames.name((int) varint(in)));
    }
    return names;
  }

  private static void putVarint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  private static long unzigzag(long value) {
    return value >>> 1 ^ -(value & 1);
  }
}
