package io.unipin.ann;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A main index and the vectors it was built of, kept as long as anyone searches it.
 *
 * <p>Thread-safe.
 */
final class Generation {
  private final long number;
  private final BaseIndex index;
  private final float[] vectors; // (index.size(), dimension), owned by nobody: never changed
  private final AtomicInteger shares = new AtomicInteger(1);

  Generation(long number, BaseIndex index, float[] vectors) {
    this.number = number;
    this.index = index;
    this.vectors = vectors;
  }

  long number() {
    return number;
  }

  BaseIndex index() {
    return index;
  }

  float[] vectors() {
    return vectors;
  }

  /** Takes a share; false once it is closed. */
  boolean retain() {
    return shares.getAndUpdate(count -> count == 0 ? 0 : count + 1) != 0;
  }

  /** Gives a share back; the last one closes the index. */
  void release() {
    if (shares.decrementAndGet() == 0) {
      index.close();
    }
  }
}
