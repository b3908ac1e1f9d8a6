package io.unipin.serving.bundle;

import java.util.List;

/**
 * A query with the answers that the bundle gave when the bundle was made. The bundle must give the
 * same answers on every machine.
 *
 * @param history oldest action first
 * @param candidates item ids to score
 * @param probabilities (candidates, actions) probability of each action of the model, with six
 *     decimals
 * @param retrieved item ids that the index found, best first
 * @param counts generation of the tables of counts that changed the probabilities; empty for a
 *     bundle without counts
 */
record GoldenQuery(
    List<GoldenAction> history,
    String surface,
    long timeMs,
    List<Long> candidates,
    List<List<Double>> probabilities,
    List<Long> retrieved,
    String counts) {
  GoldenQuery {
    history = List.copyOf(history);
    candidates = List.copyOf(candidates);
    probabilities = probabilities.stream().map(List::copyOf).toList();
    retrieved = List.copyOf(retrieved);
  }
}
