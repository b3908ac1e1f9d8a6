package io.unipin.serving.inspect;

import io.unipin.model.features.PageOrder;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.Trace;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request for a page, explained step by step.
 *
 * @param lifetime number of all actions of the user
 * @param history actions that the model read, oldest first
 * @param candidates all candidates, ordered by utility, best first
 * @param nanos nanoseconds by stage
 * @param order weights of the utilities
 * @param item verdict on the item that the request asked about; absent if it asked about no item
 */
public record Inspection(
    long lifetime,
    List<ReadAction> history,
    List<InspectedItem> candidates,
    Trace trace,
    Map<Stage, Long> nanos,
    PageOrder order,
    @Nullable ItemExplanation item) {
  public Inspection {
    history = List.copyOf(history);
    candidates = List.copyOf(candidates);
    nanos = Map.copyOf(nanos);
  }
}
