package io.unipin.serving.pipeline;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.model.features.TargetOffsets;

/**
 * Settings of retrieval.
 *
 * @param candidates number of items to retrieve and score if the request gives no number
 * @param breadth breadth of the index search (efSearch or nprobe); 0 for the index's default
 * @param overFetch factor on the number of items that several queries together fetch, because the
 *     queries may find the same items
 * @param splitOutcomes whether each desired outcome has its own query and its own share of the
 *     candidates
 * @param lookAhead number of additional queries, 0 to 4, that look beyond the next action; useful
 *     only with bundles trained with aheadProbability
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
