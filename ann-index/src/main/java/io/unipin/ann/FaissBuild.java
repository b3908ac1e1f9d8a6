package io.unipin.ann;

/**
 * The options of building a {@link FaissIndex}. Immutable.
 *
 * @param seed seed of the random numbers of clustering and of HNSW's levels
 * @param threads number of threads of training and adding, at least 1. An HNSW index is
 *     reproducible only with one thread.
 * @param yields whether the rows are added only in the processor time that no other thread of the
 *     machine wants. If that is less than a tenth of a processor, the rest of them is added with
 *     the usual priority. The processor limit of a container counts this time, too.
 */
public record FaissBuild(int seed, int threads, boolean yields) {

  /** The default options: seed 1234 and one thread. These options make a build reproducible. */
  public static final FaissBuild DEFAULT = new FaissBuild(1234, 1);

  /** The default options for a build beside other work that the build should not slow down. */
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
