package io.unipin.feedlog.arrays;

import java.util.Arrays;

/** An int array that grows. */
public final class IntArray {
  private int[] values = new int[16];
  private int size;

  public void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.addExact(size, size >> 1));
    }
    values[size++] = value;
  }

  public int size() {
    return size;
  }

  public int get(int index) {
    return values[index];
  }

  public int last() {
    return values[size - 1];
  }

  public int[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
