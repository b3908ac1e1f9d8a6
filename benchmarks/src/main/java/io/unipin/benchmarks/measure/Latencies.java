package io.unipin.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;

/** Measured times in milliseconds. Thread-safe. */
public final class Latencies {
  private final List<Double> millis = new ArrayList<>();

  public synchronized void add(double value) {
    millis.add(value);
  }

  public void addAll(Latencies other) {
    List<Double> theirs = other.copy();
    synchronized (this) {
      millis.addAll(theirs);
    }
  }

  private synchronized List<Double> copy() {
    return List.copyOf(millis);
  }

  public synchronized int size() {
    return millis.size();
  }

  /**
   * Returns a quantile.
   *
   * @throws IllegalStateException when nothing was measured
   */
  public double quantile(double share) {
    List<Double> sorted = copy().stream().sorted().toList();
    if (sorted.isEmpty()) {
      throw new IllegalStateException("one measured time or more expected, got none");
    }
    return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(share * sorted.size())));
  }
}
