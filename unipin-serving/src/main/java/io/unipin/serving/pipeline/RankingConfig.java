package io.unipin.serving.pipeline;

import io.unipin.settings.SettingException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings of ranking.
 *
 * @param utilityWeights weights by name of the action. If it is empty, the weights that training
 *     fitted for the bundle are used. If the bundle has none, every positive action of the bundle
 *     weighs 1
 * @param counts whether ranking uses the bundle's tables of counts, if the bundle has any
 */
public record RankingConfig(Map<String, Float> utilityWeights, boolean counts) {
  /** Largest allowed weight. */
  public static final float MAX_WEIGHT = 1e6f;

  public RankingConfig {
    utilityWeights.forEach(
        (action, weight) -> {
          if (!(Math.abs(weight) <= MAX_WEIGHT)) {
            throw new SettingException(
                "utilityWeights." + action, "a finite weight expected, got " + weight);
          }
        });
    utilityWeights = Collections.unmodifiableMap(new TreeMap<>(utilityWeights));
  }

  /** Creates settings with which ranking uses counts. */
  public RankingConfig(Map<String, Float> utilityWeights) {
    this(utilityWeights, true);
  }
}
