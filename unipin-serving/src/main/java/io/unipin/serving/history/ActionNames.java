package io.unipin.serving.history;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes an action's surface and types as numbers from the name tables. Thread-safe. */
final class ActionNames {
  /*
   * varint  surface
   * varint  number of action types, then a varint for each
   */
  private final NameTable actions;
  private final NameTable surfaces;

  ActionNames(NameTable actions, NameTable surfaces) {
    this.actions = actions;
    this.surfaces = surfaces;
  }

  void write(ByteWriter out, RecordedAction action) {
    out.varint(surfaces.number(action.surface())).varint(action.actions().size());
    action.actions().forEach(name -> out.varint(actions.number(name)));
  }

  RecordedAction read(ByteReader in, long item, long timeMs) {
    String surface = name(surfaces, in);
    int count = in.count(1);
    if (count == 1) {
      return new RecordedAction(item, List.of(name(actions, in)), surface, timeMs);
    }
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      names.add(name(actions, in));
    }
    return new RecordedAction(item, names, surface, timeMs);
  }

  private static String name(NameTable table, ByteReader in) {
    long number = in.varint();
    if (number < 0 || number >= table.next()) {
      throw new MalformedBytesException(
          "a name's number below %s expected, got %s"
              .formatted(table.next(), Long.toUnsignedString(number)));
    }
    return table.name((int) number);
  }
}
