package io.unipin.feedlog.arrays;

import java.util.Arrays;

/** A double array that grows. */
public final class DoubleArray {
  private double[] values = new double[16];
  private int size;

  public void add(double value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.addExact(size, size >> 1));
    }
    values[size++] = value;
  }

  public int size() {
    return size;
  }

  public double get(int index) {
    return values[index];
  }

  public double[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
