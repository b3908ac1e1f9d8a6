package io.unipin.serving.rpc.intake;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * Creates random messages of a type. The messages use every encoding that the wire format allows,
 * and most often the encodings that cost a parser most. Not thread-safe.
 */
final class WireBytes {
  private final Random random;

  WireBytes(long seed) {
    random = new Random(seed);
  }

  /**
   * Returns a message of about {@code bytes} bytes. Most of its fields are of the same kind, which
   * is drawn at random.
   */
  byte[] message(Descriptor type, int bytes, int depth) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CodedOutputStream wire = CodedOutputStream.newInstance(out);
    List<FieldDescriptor> fields = type.getFields();
    FieldDescriptor favourite = fields.get(random.nextInt(fields.size()));
    boolean unknown = random.nextInt(4) == 0;
    boolean mistaken = random.nextInt(4) == 0;
    int left = bytes;
    for (int number = 100; left > 0; number++) {
      int before = wire.getTotalBytesWritten();
      if (unknown) {
        unknown(wire, number);
      } else {
        boolean other = random.nextInt(50) == 0;
        FieldDescriptor field = other ? fields.get(random.nextInt(fields.size())) : favourite;
        if (mistaken) {
          mistaken(wire, field);
        } else {
          known(wire, field, left, depth);
        }
      }
      left -= wire.getTotalBytesWritten() - before;
    }
    wire.flush();
    return out.toByteArray();
  }

  private void unknown(CodedOutputStream wire, int number) throws IOException {
    switch (random.nextInt(4)) {
      case 0 -> wire.writeUInt32(number, random.nextInt(100));
      case 1 -> wire.writeFixed32(100, 7);
      case 2 -> wire.writeByteArray(number, new byte[random.nextInt(3)]);
      default -> wire.writeByteArray(100, new byte[0]);
    }
  }

  /** Writes a known field number with a wire type that is wrong for the field. */
  private static void mistaken(CodedOutputStream wire, FieldDescriptor field) throws IOException {
    int number = field.getNumber();
    if (field.getLiteType().getWireType() == WireFormat.WIRETYPE_FIXED64) {
      wire.writeFixed32(number, 7);
    } else if (field.isPackable()) {
      wire.writeFixed64(number, 7);
    } else {
      wire.writeUInt32(number, 7);
    }
  }

  private void known(CodedOutputStream wire, FieldDescriptor field, int left, int depth)
      throws IOException {
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      int most = depth == 0 ? 0 : random.nextBoolean() ? left : 60;
      byte[] part =
          most == 0 || random.nextInt(3) == 0
              ? new byte[0]
              : message(field.getMessageType(), 1 + random.nextInt(most), depth - 1);
      wire.writeByteArray(field.getNumber(), part);
    } else if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
      wire.writeByteArray(field.getNumber(), new byte[random.nextInt(4)]);
    } else if (field.isPackable() && random.nextBoolean()) {
      wire.writeByteArray(field.getNumber(), new byte[8 * (1 + random.nextInt(1 + left / 8))]);
    } else if (field.getLiteType() == WireFormat.FieldType.FLOAT) {
      wire.writeFloat(field.getNumber(), 1);
    } else {
      wire.writeUInt32(field.getNumber(), random.nextInt(100));
    }
  }
}
