package io.unipin.train.batch;

import java.util.Arrays;

/** Primitive lists that grow while a batch is built. */
final class Growable {
  private Growable() {}

  static final class Longs {
    private long[] values = new long[256];
    private int size;

    void add(long value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    int size() {
      return size;
    }

    long[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }

  static final class Floats {
    private float[] values = new float[256];
    private int size;

    void add(float value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    /** Appends a multi-hot of {@code count} bits. */
    void addBits(long bits, int count) {
      for (int c = 0; c < count; c++) {
        add((int) (bits >>> c) & 1);
      }
    }

    float[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
