package io.unipin.serving.request;

import java.util.Map;
import java.util.Set;

/**
 * The preferences and filters of a request.
 *
 * @param outcomes weights of the desired outcomes by action; empty if no outcome is preferred
 * @param utilityWeights utility weights by action; empty for the server's weights
 * @param excluded ids of items that must not be returned; the array is not copied
 * @param allowSeen whether items of the history may be returned
 * @param categories allowed categories; empty to allow all categories
 * @param createdSinceMs earliest time at which a returned item appeared, in milliseconds since the
 *     epoch; 0 for items of any age
 */
public record Wishes(
    Map<String, Float> outcomes,
    Map<String, Float> utilityWeights,
    long[] excluded,
    boolean allowSeen,
    Set<String> categories,
    long createdSinceMs) {
  public Wishes {
    outcomes = Map.copyOf(outcomes);
    utilityWeights = Map.copyOf(utilityWeights);
    categories = Set.copyOf(categories);
  }

  /** Creates wishes without filters on category and age. */
  public Wishes(
      Map<String, Float> outcomes,
      Map<String, Float> utilityWeights,
      long[] excluded,
      boolean allowSeen) {
    this(outcomes, utilityWeights, excluded, allowSeen, Set.of(), 0);
  }
}
