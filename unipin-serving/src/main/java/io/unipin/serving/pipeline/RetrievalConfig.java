package io.unipin.serving.pipeline;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.model.features.TargetOffsets;

/**
 * Defaults of retrieval.
 *
 * @param candidates retrieved and scored when the request names no number
 * @param breadth of the index's search (efSearch or nprobe); 0 leaves it to the index
 * @param overFetch candidates are searched times this, so that a merge of several queries still has enough
 * @param splitOutcomes whether each desired outcome has a query and a share of the candidates of its own
 * @param lookAhead how many more queries look beyond the next action; for bundles trained with aheadProbability
 */
public record RetrievalConfig(
    int candidates, int breadth, double overFetch, boolean splitOutcomes, int lookAhead) {
  public RetrievalConfig {
    checkRange("candidates", candidates, 1, 4096);
    checkRange("breadth", breadth, 0, 65536);
    checkRange("overFetch", overFetch, 1.0, 16.0);
    checkRange("lookAhead", lookAhead, 0, TargetOffsets.COUNT - 1);
  }
}
