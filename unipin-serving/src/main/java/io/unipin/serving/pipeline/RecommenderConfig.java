package io.unipin.serving.pipeline;

import io.unipin.serving.pipeline.cost.DegradationConfig;
import io.unipin.serving.pipeline.paging.PageConfig;
import io.unipin.serving.slate.SlateConfig;

/**
 * Settings of the pipeline.
 *
 * @param historyLimit number of newest actions that the history store keeps per user
 */
public record RecommenderConfig(
    CacheConfig cache,
    RetrievalConfig retrieval,
    RankingConfig ranking,
    PageConfig page,
    DegradationConfig degradation,
    int historyLimit,
    SlateConfig slate) {
  /** Creates settings without slate rules. */
  public RecommenderConfig(
      CacheConfig cache,
      RetrievalConfig retrieval,
      RankingConfig ranking,
      PageConfig page,
      DegradationConfig degradation,
      int historyLimit) {
    this(cache, retrieval, ranking, page, degradation, historyLimit, SlateConfig.NONE);
  }
}
