package io.unipin.feedlog.arrays;

import java.util.Arrays;

/** A float array that grows. */
public final class FloatArray {
  private float[] values = new float[16];
  private int size;

  public void add(float value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.addExact(size, size >> 1));
    }
    values[size++] = value;
  }

  public int size() {
    return size;
  }

  public float get(int index) {
    return values[index];
  }

  public float[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
