package io.unipin.benchmarks.ann;

/**
 * An index under test. One thread. It is public because one side comes from a class loader of its
 * own.
 */
public interface AnnSide extends AutoCloseable {
  /** Returns the ids of the best k of one query. */
  long[] search(float[] query, int k, int breadth);

  @Override
  void close();
}
