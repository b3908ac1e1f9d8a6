package io.unipin.serving.rpc.intake;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.unipin.serving.failure.ServingException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the memory of a message's object from the message's bytes, without building the object.
 *
 * <p>The estimate is never below the memory that the finished object takes. This holds for every
 * encoding: packed or not, with repeated map keys, with unknown fields. Groups are refused, because
 * the API has no groups. Not thread-safe.
 */
final class WireCost {
  /** Largest number of objects in a message. The largest valid request has fewer objects. */
  static final int MAX_OBJECTS = 131_072;

  /** Largest ratio of the memory of a request to its encoded size. */
  static final int MAX_TIMES = 32;

  /**
   * Smallest encoded size in bytes for {@link #MAX_TIMES}. A smaller request counts as if it had
   * this size.
   */
  static final int LEAST_BYTES = 64 << 10;

  /** Largest memory of a request in bytes, in addition to twice its encoded size. */
  static final long MAX_HEAP = 16L << 20;

  /*
   * Bytes that one part of a message takes on a 64-bit JVM, rounded up. The numbers include the
   * part's slot in a list with spare room.
   */
  private static final int MESSAGE = 112;
  private static final int TEXT = 96;
  private static final int NUMBER = 16;
  private static final int UNKNOWN = 384;
  private static final int MAP_ENTRY = 192;

  private int objects;
  private long heap;

  private WireCost() {}

  /**
   * Reads a message field by field.
   *
   * @return estimated memory in bytes
   * @throws ServingException when the message costs too much or holds a group
   * @throws IOException when the bytes are not a valid message
   */
  static long of(byte[] message, Descriptor type) throws IOException {
    WireCost cost = new WireCost();
    cost.walk(CodedInputStream.newInstance(message), type, most(message.length));
    return cost.heap;
  }

  /** Returns the largest allowed cost, in bytes, of a message of the given size. */
  static long most(long bytes) {
    return Math.min(MAX_TIMES * Math.max(bytes, LEAST_BYTES), MAX_HEAP + 2 * bytes);
  }

  private void walk(CodedInputStream in, Descriptor type, long most) throws IOException {
    add(MESSAGE, 0, most);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int wire = WireFormat.getTagWireType(tag);
      if (wire == WireFormat.WIRETYPE_START_GROUP || wire == WireFormat.WIRETYPE_END_GROUP) {
        throw ServingException.invalid("request", "a message without groups expected");
      }
      FieldDescriptor field =
          known(type.findFieldByNumber(WireFormat.getTagFieldNumber(tag)), wire);
      if (wire != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        add(field == null ? UNKNOWN : NUMBER, field == null ? 1 : 0, most);
        in.skipField(tag);
      } else if (field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        add(field.isMapField() ? MAP_ENTRY : NUMBER, 1, most);
        int end = in.pushLimit(in.readRawVarint32());
        walk(in, field.getMessageType(), most);
        in.checkLastTagWas(0);
        in.popLimit(end);
      } else {
        content(in, field, most);
      }
    }
  }

  /**
   * Returns the known field; null if its type on the wire differs. A field of the wrong type is
   * kept like an unknown field.
   */
  private static @Nullable FieldDescriptor known(@Nullable FieldDescriptor field, int wire) {
    if (field == null) {
      return null;
    }
    boolean packed = field.isPackable() && wire == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    return packed || wire == field.getLiteType().getWireType() ? field : null;
  }

  private void content(CodedInputStream in, @Nullable FieldDescriptor field, long most)
      throws IOException {
    int bytes = in.readRawVarint32();
    if (bytes < 0) {
      throw new IOException("a length expected");
    }
    if (field == null) {
      add(UNKNOWN + bytes, 1, most);
    } else if (field.isPackable()) {
      add((long) NUMBER * (bytes + 1), 1, most); // each byte may be a value
    } else {
      add(TEXT + 2L * bytes, 1, most); // a letter takes at most two bytes
    }
    in.skipRawBytes(bytes);
  }

  private void add(long bytes, int more, long most) {
    heap += bytes;
    objects += more;
    if (objects > MAX_OBJECTS || heap > most) {
      throw ServingException.invalid(
          "request",
          "at most %s messages and texts, and %s bytes once read, expected"
              .formatted(MAX_OBJECTS, most));
    }
  }
}
