package io.unipin.serving.request;

import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.KvReason;
import java.util.List;

/**
 * The server's report about its work on a request.
 *
 * @param model version of the model
 * @param counts generation of the tables of counts that ranking used; empty if it used none
 * @param engine implementation that computed the model: {@code program}, or {@code native} and its
 *     kernels
 * @param actions names of the actions, in the order of the probabilities
 * @param reason result of the look-up in the cache
 * @param historyActions number of actions that the model read
 * @param encodedActions number of actions that were encoded for this request
 * @param degradations names of the ways in which the answer was degraded: steps of the degradation
 *     ladder, and a stale or missing history
 * @param unknownItems items of the history or the request that the bundle does not know
 * @param preRank report about pre-ranking
 */
public record Trace(
    String requestId,
    String bundle,
    String model,
    String index,
    String counts,
    String engine,
    List<String> actions,
    KvReason reason,
    int historyActions,
    int encodedActions,
    List<String> degradations,
    List<Long> unknownItems,
    PreRankTrace preRank) {
  /** Returns the outcome of the look-up in the cache. */
  public KvOutcome cache() {
    return reason.outcome();
  }

  /** Returns the same report with a report about pre-ranking. */
  public Trace with(PreRankTrace other) {
    return new Trace(
        requestId,
        bundle,
        model,
        index,
        counts,
        engine,
        actions,
        reason,
        historyActions,
        encodedActions,
        degradations,
        unknownItems,
        other);
  }
}
