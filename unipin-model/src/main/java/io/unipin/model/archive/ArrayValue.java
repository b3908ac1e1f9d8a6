package io.unipin.model.archive;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An array of float32 or int64 numbers, row major.
 *
 * @param shape dimensions; owned by the record
 * @param bytes the numbers, little-endian, from position 0 to the limit
 */
public record ArrayValue(Type type, long[] shape, ByteBuffer bytes) {
  /** The types of numbers. */
  public enum Type {
    FLOAT32("F32", Float.BYTES),
    INT64("I64", Long.BYTES);

    private final String code;
    private final int bytes;

    Type(String code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    /** Returns the type's name in a safetensors file. */
    public String code() {
      return code;
    }

    /**
     * Returns the type with this name in a safetensors file.
     *
     * @throws IllegalArgumentException if no type has this name
     */
    public static Type of(String code) {
      return Arrays.stream(values())
          .filter(type -> type.code.equals(code))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("type F32 or I64 expected, got " + code));
    }
  }

  public ArrayValue {
    long expected = Arrays.stream(shape).reduce(type.bytes, Math::multiplyExact);
    if (bytes.order() != ByteOrder.LITTLE_ENDIAN || bytes.remaining() != expected) {
      throw new IllegalArgumentException(
          "%s little-endian bytes expected for shape %s, got %s in order %s"
              .formatted(expected, Arrays.toString(shape), bytes.remaining(), bytes.order()));
    }
  }

  /** Returns an array of float32 numbers, which are copied. */
  public static ArrayValue of(float[] values, long... shape) {
    ByteBuffer bytes = allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return new ArrayValue(Type.FLOAT32, shape, bytes);
  }

  /** Returns an array of int64 numbers, which are copied. */
  public static ArrayValue of(long[] values, long... shape) {
    ByteBuffer bytes = allocate(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return new ArrayValue(Type.INT64, shape, bytes);
  }

  static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Returns a copy of the numbers.
   *
   * @throws IllegalStateException if the array holds int64 numbers
   */
  public float[] floats() {
    require(Type.FLOAT32);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /**
   * Returns a copy of the numbers.
   *
   * @throws IllegalStateException if the array holds float32 numbers
   */
  public long[] longs() {
    require(Type.INT64);
    long[] values = new long[bytes.remaining() / Long.BYTES];
    bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
    return values;
  }

  private void require(Type expected) {
    if (type != expected) {
      throw new IllegalStateException(expected + " numbers expected, got " + type);
    }
  }
}
