package io.unipin.serving.pipeline;

import static io.unipin.serving.SettingException.checkRange;

/**
 * Defaults of retrieval.
 *
 * @param candidates retrieved and scored when the request names no number
 * @param breadth of the index's search (efSearch or nprobe); 0 leaves it to the index
 * @param overFetch candidates are searched times this, so that a merge of several queries still has enough
 */
public record RetrievalConfig(int candidates, int breadth, double overFetch) {
  public RetrievalConfig {
    checkRange("candidates", candidates, 1, 4096);
    checkRange("breadth", breadth, 0, 65536);
    checkRange("overFetch", overFetch, 1.0, 16.0);
  }
}
