package io.unipin.prerank;

import java.util.List;

/** Features of candidates that are known without the transformer. Immutable and thread-safe. */
public interface CandidateFeatures {
  /** Returns one distinct name per feature, in the order of the features. */
  List<String> names();

  /**
   * Computes the features of candidates.
   *
   * @param rows (k) rows of the catalogue; a row outside of the catalogue belongs to a live item
   * @param out (k, features) receives the features, row major; NaN if a feature is not known
   */
  void fill(Asked asked, int[] rows, float[] out);
}
