package io.unipin.serving.request;

import io.unipin.kvcache.KvOutcome;
import java.util.List;

/**
 * What the server did for a request.
 *
 * @param model its version
 * @param actions names of the actions that probabilities are of
 * @param historyActions that the model read
 * @param encodedActions of these, encoded for this request
 * @param degradations steps of the degradation ladder that were taken
 * @param unknownItems of the history or of the request, not in the bundle
 */
public record Trace(
    String requestId,
    String bundle,
    String model,
    String index,
    List<String> actions,
    KvOutcome cache,
    int historyActions,
    int encodedActions,
    List<String> degradations,
    List<Long> unknownItems) {}
