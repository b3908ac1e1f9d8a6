package io.unipin.serving.items;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of one item, in the form in which servers send it to each other. The bytes do not hold
 * the item's id, because the key of the Kafka record holds it.
 *
 * @param item the item to put; absent for another kind of change
 * @param bundle name of the bundle for which the vector was given; empty unless the change is an
 *     upsert
 * @param vector vector with the bundle's dimension; empty to use the bundle's own vector
 */
public record ItemRecord(
    Kind kind, long id, @Nullable PutItem item, String bundle, List<Float> vector) {
  /*
   * byte    version: 1
   * byte    kind: 1 put, 2 delete, 3 upsert
   * put:    varint bytes, then the item as ItemCodec writes it
   * upsert: varint bytes, then UTF-8: the bundle's name
   *         varint number of values of the vector, then 4 bytes for each
   */
  private static final byte VERSION = 1;

  /** The kinds of changes. */
  public enum Kind {
    PUT(1),
    DELETE(2),
    UPSERT(3);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }
  }

  public ItemRecord {
    vector = List.copyOf(vector);
  }

  public static ItemRecord put(PutItem item) {
    return new ItemRecord(Kind.PUT, item.id(), item, "", List.of());
  }

  public static ItemRecord delete(long id) {
    return new ItemRecord(Kind.DELETE, id, null, "", List.of());
  }

  /** Returns the record of an upsert whose vector was given for the named bundle. */
  public static ItemRecord upsert(ItemWriter.Upsert upsert, String bundle) {
    return new ItemRecord(Kind.UPSERT, upsert.id(), null, bundle, upsert.vector());
  }

  public byte[] encode() {
    ByteWriter out = new ByteWriter(64);
    out.int8(VERSION);
    out.int8(kind.code);
    if (item != null) {
      byte[] encoded = ItemCodec.encode(new StoredItem(0, item));
      out.varint(encoded.length).bytes(encoded);
    }
    if (kind == Kind.UPSERT) {
      out.text(bundle).varint(vector.size());
      vector.forEach(number -> out.int32(Float.floatToRawIntBits(number)));
    }
    return out.toByteArray();
  }

  /**
   * Reads a record.
   *
   * @throws MalformedBytesException when the bytes are damaged or of a later version
   */
  public static ItemRecord decode(long id, byte[] bytes) {
    ByteReader in = ByteReader.of(bytes);
    byte version = in.int8();
    if (version != VERSION) {
      throw new MalformedBytesException(
          "an item's change of version %s expected, got %s".formatted(VERSION, version));
    }
    byte kind = in.int8();
    return switch (kind) {
      case 1 -> {
        byte[] encoded = in.bytes(in.count(1));
        in.end();
        yield put(ItemCodec.decode(id, encoded).item());
      }
      case 2 -> {
        in.end();
        yield delete(id);
      }
      case 3 -> upsert(id, in);
      default -> throw new MalformedBytesException("a kind of 1 to 3 expected, got " + kind);
    };
  }

  private static ItemRecord upsert(long id, ByteReader in) {
    String bundle = in.text();
    int count = in.count(Float.BYTES);
    List<Float> vector = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      vector.add(Float.intBitsToFloat(in.int32()));
    }
    in.end();
    return upsert(new ItemWriter.Upsert(id, vector), bundle);
  }
}
