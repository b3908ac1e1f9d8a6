package io.unipin.serving.request;

import java.util.Map;
import java.util.Set;

/**
 * What a request asks retrieval and ranking to favour.
 *
 * @param outcomes mix of desired outcomes by action; empty for none in particular
 * @param utilityWeights by action; empty for the server's
 * @param excluded ids of items never to return; owned by the record
 * @param allowSeen items of the history may be returned
 * @param categories of which one must be an item's; empty for any
 * @param createdSinceMs items that appeared before are not returned; 0 for items of any age
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

  /** Of items of any category and age. */
  public Wishes(
      Map<String, Float> outcomes,
      Map<String, Float> utilityWeights,
      long[] excluded,
      boolean allowSeen) {
    this(outcomes, utilityWeights, excluded, allowSeen, Set.of(), 0);
  }
}
