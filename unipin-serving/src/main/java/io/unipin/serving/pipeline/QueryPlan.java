package io.unipin.serving.pipeline;

import io.unipin.model.features.TargetOffsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The queries of one request. There is one query for the mix of all desired outcomes, or one query
 * for each desired outcome.
 *
 * <p>With {@code lookAhead}, each of these becomes several queries. One of them looks for the next
 * action, and each other query looks for a range of later actions.
 *
 * @param mixes (queries, actions) weights of the desired outcomes; each row adds up to 1 or is all
 *     zeros
 * @param offsets (queries) class of {@link TargetOffsets} that the query looks for; 0 is the next
 *     positive action
 * @param shares (queries) share of the candidates that each query may contribute, 0 to 1
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
