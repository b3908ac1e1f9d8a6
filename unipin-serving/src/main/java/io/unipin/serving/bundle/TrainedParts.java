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
 * @param pageOrder the weights for ordering a page; null if training fitted none
 * @param preRanking the files of pre-ranking; null if the bundle has none
 * @param counts the bundle's own tables of counts with their weights; null if it has none
 */
record TrainedParts(
    @Nullable PageOrder pageOrder,
    @Nullable PreRankFiles preRanking,
    @Nullable CountedRanking counts) {
  /**
   * Returns the parts that read tables of counts.
   *
   * @param newest the tables to read, with the features of the bundle's own tables; null if the
   *     bundle has none
   */
  LoadedBundle.CountedParts counted(
      String bundle, Catalogue catalogue, @Nullable CountedRanking newest) {
    try {
      PreRank rule =
          preRanking == null
              ? null
              : preRanking.rule(catalogue, newest == null ? null : newest.tables()).orElse(null);
      return new LoadedBundle.CountedParts(newest, rule);
    } catch (ModelException e) {
      throw new BundleException("bundle " + bundle + ": " + e.getMessage(), e);
    }
  }
}
