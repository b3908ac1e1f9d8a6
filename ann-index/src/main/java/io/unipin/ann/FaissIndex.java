package io.unipin.ann;

import java.nio.file.Path;

/** A FAISS index. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class FaissIndex implements AnnIndex {
  private FaissIndex() {}

  /** Trains and fills an index of the given factory string. */
  public static FaissIndex build(
      String factory, float[] vectors, int dimension, long[] ids, FaissBuild options) {
    throw new AnnException("no FAISS library for index '" + factory + "'");
  }

  /** Reads a saved index. */
  public static FaissIndex load(Path file) {
    throw new AnnException("no FAISS library for " + file.getFileName());
  }

  /** Writes the index. */
  public void save(Path file) {
    throw new AnnException("no FAISS library for " + file.getFileName());
  }

  @Override
  public int dimension() {
    throw new IllegalStateException("the index is closed");
  }

  @Override
  public int size() {
    throw new IllegalStateException("the index is closed");
  }

  @Override
  public String description() {
    return "FAISS";
  }

  @Override
  public AnnResult search(float[] queries, int queryCount, AnnSearch search) {
    throw new IllegalStateException("the index is closed");
  }

  @Override
  public void close() {}
}
