package io.unipin.serving.pipeline;

import io.unipin.model.features.TargetOffsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The queries of one request. There is one query for the mix of all desired outcomes, or one for
 * each of them.
 *
 * <p>Each of these may look for the next action or further ahead.
 *
 * @param mixes (queries) weights by action, which add up to 1 or are all zeros
 * @param offsets (queries) number of actions that the query looks beyond the next one
 * @param shares (queries) share of the candidates that each query may bring
 */
record QueryPlan(float[][] mixes, int[] offsets, double[] shares) {

  static QueryPlan of(RetrievalConfig config, Map<String, Float> outcomes, List<String> actions) {
    float[] mix = mix(outcomes, actions);
    List<float[]> mixes = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    for (int c = 0; c < mix.length && config.splitOutcomes(); c++) {
      if (mix[c] > 0) {
        float[] one = new float[mix.length];
        one[c] = 1;
        mixes.add(one);
        weights.add((double) mix[c]);
      }
    }
    if (mixes.isEmpty()) {
      mixes = Collections.singletonList(mix);
      weights = List.of(1.0);
    }
    int ahead = 1 + Math.min(config.lookAhead(), TargetOffsets.COUNT - 1);
    int count = mixes.size() * ahead;
    float[][] queries = new float[count][];
    int[] offsets = new int[count];
    double[] shares = new double[count];
    for (int q = 0; q < count; q++) {
      queries[q] = mixes.get(q / ahead);
      offsets[q] = q % ahead;
      shares[q] = weights.get(q / ahead) / ahead;
    }
    return new QueryPlan(queries, offsets, shares);
  }

  /**
   * Returns weights that add up to 1, as in the model's training; all zeros when no outcome is
   * desired.
   */
  private static float[] mix(Map<String, Float> outcomes, List<String> actions) {
    float[] mix = new float[actions.size()];
    double sum = outcomes.values().stream().mapToDouble(Float::doubleValue).sum();
    if (sum > 0) {
      outcomes.forEach((action, weight) -> mix[actions.indexOf(action)] = (float) (weight / sum));
    }
    return mix;
  }

  int size() {
    return mixes.length;
  }
}
