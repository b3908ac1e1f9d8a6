package io.unipin.serving.pipeline;

import java.util.Map;

/**
 * What a request asks retrieval and ranking to favour.
 *
 * @param outcomes mix of desired outcomes by action; empty for none in particular
 * @param utilityWeights by action; empty for the server's
 * @param excluded ids of items never to return; owned by the record
 * @param allowSeen items of the history may be returned
 */
public record Wishes(
    Map<String, Float> outcomes,
    Map<String, Float> utilityWeights,
    long[] excluded,
    boolean allowSeen) {
  public Wishes {
    outcomes = Map.copyOf(outcomes);
    utilityWeights = Map.copyOf(utilityWeights);
  }
}
