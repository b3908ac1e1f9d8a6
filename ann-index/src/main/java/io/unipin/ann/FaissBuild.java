package io.unipin.ann;

/**
 * The options of building a {@link FaissIndex}. Immutable.
 *
 * @param seed seed of the random numbers of clustering and of HNSW's levels
 * @param threads number of threads that train the index and add the rows, at least 1. An HNSW index
 *     is reproducible only with one thread.
 * @param yields whether the build adds the rows only in processor time that no other thread of the
 *     machine wants. If this time is less than a tenth of a processor, the remaining rows are added
 *     with the usual priority. All of the build's time counts towards the processor limit of a
 *     container.
 */
public record FaissBuild(int seed, int threads, boolean yields) {

  /** The default options: seed 1234 and one thread. These options make a build reproducible. */
  public static final FaissBuild DEFAULT = new FaissBuild(1234, 1);

  /** The options for a build that runs beside other work and should not slow that work down. */
  public static final FaissBuild BESIDE_OTHERS = new FaissBuild(1234, 1, true);

  public FaissBuild {
    if (threads < 1) {
      throw new IllegalArgumentException("at least 1 thread expected, got " + threads);
    }
  }

  /** Creates options of a build that does not yield to other threads. */
  public FaissBuild(int seed, int threads) {
    this(seed, threads, false);
  }
}
