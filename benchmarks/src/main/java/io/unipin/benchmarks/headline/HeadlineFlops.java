package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.headline.HeadlineSide.Kind;
import io.unipin.benchmarks.measure.Flops;
import java.util.function.IntToDoubleFunction;

/**
 * What matrix products alone would make of the ratios between sides, as {@link Flops} counts them. No strict bound: where
 * encoding takes more time per operation than scoring, the one model gains more.
 *
 * @param n history tokens
 * @param k candidates
 */
record HeadlineFlops(Flops flops, int n, int k) {
  /**
   * Pages of one model in the time of one page of two models, sparse ones or under a dense mask. With room for every visitor the
   * first page of a visit encodes the history; what later ones append is not counted.
   *
   * @throws IllegalArgumentException for sides whose cache is too small: what they encode depends on it
   */
  double ratio(Kind one, Kind two) {
    return ratio(one, two, flops::encode);
  }

  /** The same if encoding computed all rows of the last layer, too, which nothing reads. */
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
