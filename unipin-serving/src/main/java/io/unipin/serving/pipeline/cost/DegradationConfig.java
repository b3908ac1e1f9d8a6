package io.unipin.serving.pipeline.cost;

import static io.unipin.settings.SettingException.checkRange;

/**
 * What happens to a request whose deadline can't be met in full.
 *
 * @param enabled whether it gets less than it asked for; otherwise it fails
 * @param margin factor on expected times, so that a stage that takes longer than most still fits
 */
public record DegradationConfig(boolean enabled, double margin) {
  public DegradationConfig {
    checkRange("margin", margin, 1.0, 10.0);
  }
}
