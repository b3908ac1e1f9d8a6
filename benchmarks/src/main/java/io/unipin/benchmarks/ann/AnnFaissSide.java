package io.unipin.benchmarks.ann;

import io.unipin.ann.AnnSearch;
import io.unipin.ann.FaissIndex;
import io.unipin.ann.ItemFilter;
import java.nio.file.Path;

/**
 * A side that searches an index file with a native library. The class loader of this class decides
 * which native library is used.
 */
public final class AnnFaissSide implements AnnSide {
  private final FaissIndex index;

  public AnnFaissSide(Path file) {
    index = FaissIndex.load(file);
  }

  @Override
  public long[] search(float[] query, int k, int breadth) {
    return index.search(query, 1, new AnnSearch(k, breadth, ItemFilter.NONE)).ids();
  }

  @Override
  public void close() {
    index.close();
  }
}
