package io.unipin.data;

import java.util.Arrays;

/** A float array that grows. */
final class FloatArray {
  private float[] values = new float[16];
  private int size;

  void add(float value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.addExact(size, size >> 1));
    }
    values[size++] = value;
  }

  int size() {
    return size;
  }

  float get(int index) {
    return values[index];
  }

  float[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
