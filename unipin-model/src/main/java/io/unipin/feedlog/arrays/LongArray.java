package io.unipin.feedlog.arrays;

import java.util.Arrays;

/** A long array that grows. */
public final class LongArray {
  private long[] values = new long[16];
  private int size;

  public void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.addExact(size, size >> 1));
    }
    values[size++] = value;
  }

  int size() {
    return size;
  }

  public long get(int index) {
    return values[index];
  }

  public long last() {
    return values[size - 1];
  }

  public long[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
