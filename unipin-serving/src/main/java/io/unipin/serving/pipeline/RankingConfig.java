package io.unipin.serving.pipeline;

import io.unipin.settings.SettingException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Defaults of ranking.
 *
 * @param utilityWeights weight per action name; when empty, every positive action of the bundle weighs 1
 * @param bundle name of a bundle whose model ranks in place of the serving one's; empty for one model that does both
 * @param dense rank by one pass over history and candidates under a mask, not from keys and values: a rival to measure
 *     against
 */
public record RankingConfig(Map<String, Float> utilityWeights, String bundle, boolean dense) {
  /** No weight is larger than this. */
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
}
