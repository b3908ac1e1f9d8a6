package io.unipin.serving.pipeline.cost;

import static io.unipin.settings.SettingException.checkRange;

/**
 * Settings for requests whose deadline leaves too little time for the full work.
 *
 * @param enabled whether such a request gets a reduced answer; otherwise it fails
 * @param margin factor on expected times, so that a stage slower than usual still fits
 */
public record DegradationConfig(boolean enabled, double margin) {
  public DegradationConfig {
    checkRange("margin", margin, 1.0, 10.0);
  }
}
