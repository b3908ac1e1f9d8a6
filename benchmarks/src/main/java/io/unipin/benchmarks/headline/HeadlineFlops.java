package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.headline.HeadlineSide.Kind;
import io.unipin.benchmarks.measure.Flops;
import java.util.function.IntToDoubleFunction;

/**
 * Predicts the ratios between sides from the numbers of operations that {@link Flops} counts.
 *
 * <p>The prediction is not a strict bound. If encoding takes more time per operation than scoring,
 * the side with one model gains more than predicted.
 *
 * @param n number of history tokens
 * @param k number of candidates
 */
record HeadlineFlops(Flops flops, int n, int k) {
  /**
   * Returns how many pages one side serves in the time of one page of the other side. If the cache
   * has room for all visitors, only the first page of each visit encodes the history. Later appends
   * are not counted.
   *
   * @throws IllegalArgumentException for sides whose cache is too small, because the hit rate of
   *     the cache decides how much they encode
   */
  double ratio(Kind one, Kind two) {
    return ratio(one, two, flops::encode);
  }

  /**
   * Returns the ratio for an encoding that computes the last layer for all tokens, although only
   * the last row is read.
   */
  double ratioAllLayers(Kind one, Kind two) {
    return ratio(one, two, flops::encodeAllLayers);
  }

  private double ratio(Kind one, Kind two, IntToDoubleFunction encode) {
    return page(two, encode) / page(one, encode);
  }

  private double page(Kind kind, IntToDoubleFunction encode) {
    if (kind.cached() && !kind.roomy()) {
      throw new IllegalArgumentException("a side with room for all or none expected, got " + kind);
    }
    double history = encode.applyAsDouble(n) / (kind.cached() ? HeadlineTraffic.PAGES : 1);
    if (!kind.twoModels()) {
      return history + flops.score(n, k);
    }
    return history
        + (kind.dense() ? flops.dense(n, k) : encode.applyAsDouble(n) + flops.score(n, k));
  }
}
