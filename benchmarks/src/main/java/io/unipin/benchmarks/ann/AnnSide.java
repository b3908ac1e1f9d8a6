package io.unipin.benchmarks.ann;

/**
 * An index under test. Not thread-safe. The interface is public because one side comes from another
 * class loader.
 */
public interface AnnSide extends AutoCloseable {
  /** Returns the ids of the best k items for one query. */
  long[] search(float[] query, int k, int breadth);

  @Override
  void close();
}
