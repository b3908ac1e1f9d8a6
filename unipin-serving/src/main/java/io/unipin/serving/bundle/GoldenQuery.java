package io.unipin.serving.bundle;

import java.util.List;

/**
 * A request and what the bundle answered to it where it was made: wherever else it is loaded, it must answer the same.
 *
 * @param history oldest action first
 * @param candidates item ids to score
 * @param probabilities per candidate, one per action of the model, to six decimals
 * @param retrieved item ids that the index found, best first
 */
record GoldenQuery(
    List<GoldenAction> history,
    String surface,
    long timeMs,
    List<Long> candidates,
    List<List<Double>> probabilities,
    List<Long> retrieved) {
  GoldenQuery {
    history = List.copyOf(history);
    candidates = List.copyOf(candidates);
    probabilities = probabilities.stream().map(List::copyOf).toList();
    retrieved = List.copyOf(retrieved);
  }
}
