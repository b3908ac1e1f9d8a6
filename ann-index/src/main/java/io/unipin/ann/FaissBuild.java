package io.unipin.ann;

/**
 * The options of building a {@link FaissIndex}. Immutable.
 *
 * @param seed seed of the random numbers of clustering and of HNSW's levels
 * @param threads number of threads of training and adding, at least 1. An HNSW index is
 *     reproducible only with one thread.
 */
public record FaissBuild(int seed, int threads) {

  /** The default options: seed 1234 and one thread. These options make a build reproducible. */
  public static final FaissBuild DEFAULT = new FaissBuild(1234, 1);

  public FaissBuild {
    if (threads < 1) {
      throw new IllegalArgumentException("at least 1 thread expected, got " + threads);
    }
  }
}
