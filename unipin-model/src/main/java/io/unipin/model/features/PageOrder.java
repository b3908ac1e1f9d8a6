package io.unipin.model.features;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rule that orders the candidates of a page: by utility, best first. The utility of a candidate
 * is {@code similarity * (q . e) + sum of weight * probability} over all actions, where {@code q .
 * e} is the dot product of the unit vectors of query and item. Of two candidates with equal
 * utilities, the candidate with the smaller id comes first. Immutable.
 */
public final class PageOrder {
  private final float similarity;
  private final float[] probabilities;

  private PageOrder(float similarity, float[] probabilities) {
    this.similarity = similarity;
    this.probabilities = probabilities;
  }

  /**
   * Creates an order from its weights.
   *
   * @param similarity finite weight of the dot product
   * @param probabilities (actions) finite weight of each action's probability; the array is copied
   */
  public static PageOrder of(float similarity, float[] probabilities) {
    requireFinite(similarity);
    for (float weight : probabilities) {
      requireFinite(weight);
    }
    return new PageOrder(similarity, probabilities.clone());
  }

  private static void requireFinite(float weight) {
    if (!Float.isFinite(weight)) {
      throw new IllegalArgumentException("a finite weight expected, got " + weight);
    }
  }

  /** Returns the order of retrieval, in which probabilities have no effect. */
  public static PageOrder ofRetrieval(int actions) {
    return new PageOrder(1, new float[actions]);
  }

  /** Returns an order by probabilities alone, in which every positive action weighs 1. */
  public static PageOrder ofPositives(ModelConfig config) {
    float[] weights = new float[config.actions().size()];
    config.positives().forEach(action -> weights[config.actions().indexOf(action)] = 1);
    return new PageOrder(0, weights);
  }

  /**
   * Returns the utility of a candidate.
   *
   * @param dot dot product of query and item
   * @param scores probabilities; the candidate's probabilities begin at {@code from}, one per
   *     action
   */
  public float utility(float dot, float[] scores, int from) {
    double utility = (double) similarity * dot;
    for (int action = 0; action < probabilities.length; action++) {
      utility += (double) probabilities[action] * scores[from + action];
    }
    return (float) utility;
  }

  /** Returns the weight of the dot product. */
  public float similarity() {
    return similarity;
  }

  /** Returns the weights of the probabilities by action, in the order of {@code actions}. */
  public Map<String, Float> probabilities(List<String> actions) {
    Map<String, Float> named = new LinkedHashMap<>();
    for (int action = 0; action < probabilities.length; action++) {
      named.put(actions.get(action), probabilities[action]);
    }
    return named;
  }
}
