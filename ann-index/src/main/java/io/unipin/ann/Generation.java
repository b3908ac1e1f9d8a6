package io.unipin.ann;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A main index and the vectors from which it was built. The live index and each running search hold
 * a share of the generation. The index stays open until the last share is released.
 *
 * <p>Thread-safe.
 */
final class Generation {
  private final long number;
  private final BaseIndex index;
  private final VectorTable vectors; // one row per ordinal
  private final Root root;
  private final AtomicInteger shares = new AtomicInteger(1);

  /**
   * The vectors of the first generation. Later generations share the vectors that did not change.
   */
  record Root(IdTable ids, VectorTable vectors) {}

  private Generation(long number, BaseIndex index, VectorTable vectors, Root root) {
    this.number = number;
    this.index = index;
    this.vectors = vectors;
    this.root = root;
  }

  static Generation first(BaseIndex index, VectorTable vectors) {
    return new Generation(0, index, vectors, new Root(index.ids(), vectors));
  }

  /** Returns the generation that follows this one. */
  Generation next(BaseIndex nextIndex, VectorTable nextVectors) {
    return new Generation(number + 1, nextIndex, nextVectors, root);
  }

  long number() {
    return number;
  }

  BaseIndex index() {
    return index;
  }

  VectorTable vectors() {
    return vectors;
  }

  Root root() {
    return root;
  }

  /** Takes a share of the generation. Returns false if the generation is closed. */
  boolean retain() {
    return shares.getAndUpdate(count -> count == 0 ? 0 : count + 1) != 0;
  }

  /** Releases a share. The release of the last share closes the index. */
  void release() {
    if (shares.decrementAndGet() == 0) {
      index.close();
    }
  }
}
