package io.unipin.benchmarks.ann;

/** An index under test. Public since one side is loaded by a class loader of its own. One thread. */
public interface AnnSide extends AutoCloseable {
  /** The ids of the best k of one query. */
  long[] search(float[] query, int k, int breadth);

  @Override
  void close();
}
