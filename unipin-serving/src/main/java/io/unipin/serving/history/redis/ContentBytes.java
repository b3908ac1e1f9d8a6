package io.unipin.serving.history.redis;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.history.RecordedAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes actions as bytes that sort in the order of {@link RecordedAction#BY_CONTENT}, so that a
 * script can compare actions. Also reads such bytes. Not thread-safe.
 */
final class ContentBytes {
  /*
   * 8 bytes    milliseconds, with the sign bit flipped
   * 8 bytes    item id, with the sign bit flipped
   * each name: byte 1, the name's UTF-8 bytes with every 0 written as 0 255, byte 0
   * byte 0
   * the rest:  UTF-8 bytes of the surface
   */
  private static final int NAME = 1;
  private static final int END = 0;
  private static final int ESCAPED = 255;
  private static final int NAMES_AT = 16;

  /**
   * Names that were read before, by their bytes. Actions with equal names share the texts and
   * lists.
   */
  private final Map<String, Names> known = new HashMap<>();

  private record Names(List<String> actions, String surface) {}

  static byte[] write(RecordedAction action) {
    ByteWriter out = new ByteWriter(64);
    out.int64(action.timeMs() ^ Long.MIN_VALUE).int64(action.itemId() ^ Long.MIN_VALUE);
    for (String name : action.actions()) {
      out.int8(NAME);
      for (byte part : name.getBytes(StandardCharsets.UTF_8)) {
        out.int8(part);
        if (part == END) {
          out.int8(ESCAPED);
        }
      }
      out.int8(END);
    }
    return out.int8(END).bytes(action.surface().getBytes(StandardCharsets.UTF_8)).toByteArray();
  }

  /** Writes only the time, for an event that was retracted. */
  static byte[] writeTime(long timeMs) {
    return new ByteWriter(Long.BYTES).int64(timeMs ^ Long.MIN_VALUE).toByteArray();
  }

  static long time(byte[] content) {
    return ByteReader.of(content).int64() ^ Long.MIN_VALUE;
  }

  RecordedAction read(byte[] content) {
    ByteReader in = ByteReader.of(content);
    long time = in.int64() ^ Long.MIN_VALUE;
    long item = in.int64() ^ Long.MIN_VALUE;
    String key =
        new String(content, NAMES_AT, content.length - NAMES_AT, StandardCharsets.ISO_8859_1);
    Names names = known.computeIfAbsent(key, ContentBytes::names);
    return new RecordedAction(item, names.actions(), names.surface(), time);
  }

  private static Names names(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
    List<String> actions = new ArrayList<>();
    int at = 0;
    while (at(bytes, at) == NAME) {
      ByteWriter name = new ByteWriter(16);
      at++;
      while (at(bytes, at) != END || (at + 1 < bytes.length && at(bytes, at + 1) == ESCAPED)) {
        name.int8(bytes[at]);
        at += bytes[at] == END ? 2 : 1;
      }
      actions.add(new String(name.toByteArray(), StandardCharsets.UTF_8));
      at++;
    }
    if (at(bytes, at) != END) {
      throw new MalformedBytesException("a name or the end of names expected in an action");
    }
    String surface = new String(bytes, at + 1, bytes.length - at - 1, StandardCharsets.UTF_8);
    return new Names(List.copyOf(actions), surface);
  }

  private static int at(byte[] bytes, int index) {
    if (index >= bytes.length) {
      throw new MalformedBytesException("the end of an action's names expected, got none");
    }
    return bytes[index] & 0xFF;
  }
}
