package io.unipin.serving.inspect;

import io.unipin.model.features.PageOrder;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.Trace;
import java.util.List;
import java.util.Map;

/**
 * A request for a page, explained step by step.
 *
 * @param lifetime number of all actions of the user
 * @param history actions that the model read, oldest first
 * @param candidates all candidates, ordered by utility, best first
 * @param nanos nanoseconds by stage
 * @param order weights of the utilities
 * @param items verdicts on the items that the request asked about, in the order of the request
 */
public record Inspection(
    long lifetime,
    List<ReadAction> history,
    List<InspectedItem> candidates,
    Trace trace,
    Map<Stage, Long> nanos,
    PageOrder order,
    List<ItemExplanation> items) {
  public Inspection {
    history = List.copyOf(history);
    candidates = List.copyOf(candidates);
    nanos = Map.copyOf(nanos);
    items = List.copyOf(items);
  }
}
