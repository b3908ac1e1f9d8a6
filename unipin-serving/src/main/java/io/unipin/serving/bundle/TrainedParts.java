package io.unipin.serving.bundle;

import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.PageOrder;
import io.unipin.prerank.PreRank;
import io.unipin.prerank.PreRankFiles;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a bundle that only trained models have. Immutable.
 *
 * @param pageOrder the weights that order a page; null if training fitted none
 * @param preRanking the files of pre-ranking; null if the bundle has none
 * @param counts the bundle's own tables of counts with their weights; null if it has none
 */
record TrainedParts(
    @Nullable PageOrder pageOrder,
    @Nullable PreRankFiles preRanking,
    @Nullable CountedRanking counts) {
  /**
   * Returns the rule of pre-ranking; null if training fitted none. It reads the bundle's own counts,
   * also after newer counts were loaded for ranking.
   */
  @Nullable PreRank preRank(String bundle, Catalogue catalogue) {
    if (preRanking == null) {
      return null;
    }
    try {
      return preRanking.rule(catalogue, counts == null ? null : counts.tables()).orElse(null);
    } catch (ModelException e) {
      throw new BundleException("bundle " + bundle + ": " + e.getMessage(), e);
    }
  }
}
