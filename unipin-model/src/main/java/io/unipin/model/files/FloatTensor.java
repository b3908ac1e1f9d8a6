package io.unipin.model.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * A float32 tensor in native (little-endian) memory order, row major.
 *
 * @param shape dimensions; owned by the record
 * @param bytes the elements, from position 0 to the limit; shared and never written. Memory after
 *     the limit is room for more rows.
 */
public record FloatTensor(long[] shape, ByteBuffer bytes) {
  private static final int EXPONENT = 0x7F80_0000;
  private static final int LOWEST_OF_EXPONENT = 0x0080_0000;
  private static final int AT_ONCE = 8192;

  public FloatTensor {
    if (bytes.order() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalArgumentException("little-endian bytes expected");
    }
    if (bytes.remaining() != count(shape) * Float.BYTES) {
      throw new IllegalArgumentException(
          "%s bytes expected for shape %s, got %s"
              .formatted(count(shape) * Float.BYTES, Arrays.toString(shape), bytes.remaining()));
    }
  }

  public static FloatTensor of(float[] values, long... shape) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new FloatTensor(shape, bytes);
  }

  public FloatBuffer floats() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  /**
   * Returns this tensor with more rows after its own rows, in the same memory.
   *
   * @param rows number of rows to add
   * @throws IllegalArgumentException when the memory has no room for these rows
   */
  public FloatTensor grown(int rows) {
    long[] larger = shape.clone();
    larger[0] += rows;
    long size = count(larger) * Float.BYTES;
    if (size > bytes.capacity()) {
      throw new IllegalArgumentException(
          "memory of %s bytes expected, got %s".formatted(size, bytes.capacity()));
    }
    ByteBuffer whole = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).clear().limit((int) size);
    return new FloatTensor(larger, whole);
  }

  /** Whether no element is infinite or NaN. */
  public boolean isFinite() {
    IntBuffer bits = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    int[] some = new int[Math.min(AT_ONCE, bits.remaining())];
    int found = 0;
    while (bits.hasRemaining()) {
      int count = Math.min(some.length, bits.remaining());
      bits.get(some, 0, count);
      for (int i = 0; i < count; i++) {
        // The sum has the sign bit only if all bits of the exponent are set.
        found |= (some[i] & EXPONENT) + LOWEST_OF_EXPONENT;
      }
    }
    return found >= 0;
  }

  public float[] toArray() {
    float[] values = new float[Math.toIntExact(count())];
    floats().get(values);
    return values;
  }

  public long count() {
    return count(shape);
  }

  public static long count(long[] shape) {
    long count = 1;
    for (long size : shape) {
      count = Math.multiplyExact(count, size);
    }
    return count;
  }
}
