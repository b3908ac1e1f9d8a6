package io.unipin.serving.inspect;

import io.unipin.serving.request.Stage;
import io.unipin.serving.request.Trace;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request for a page, step by step.
 *
 * @param lifetime number of all actions of the user there ever were
 * @param history what the model read, oldest first
 * @param candidates all that were found, by utility, best first
 * @param nanos time of the stages, by stage
 * @param item what became of the item that was asked about; absent when none was
 */
public record Inspection(
    long lifetime,
    List<ReadAction> history,
    List<InspectedItem> candidates,
    Trace trace,
    Map<Stage, Long> nanos,
    @Nullable ItemVerdict item) {
  public Inspection {
    history = List.copyOf(history);
    candidates = List.copyOf(candidates);
    nanos = Map.copyOf(nanos);
  }
}
