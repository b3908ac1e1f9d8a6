package io.unipin.serving.settings;

import io.unipin.settings.SettingException;

/**
 * Settings of the default arm, which serves users without experiments. The experiments themselves
 * are in {@link io.unipin.serving.experiment.ExperimentsConfig}.
 *
 * @param arm name of the arm in responses, metrics and logs
 */
public record ExperimentConfig(String arm) {
  public ExperimentConfig {
    if (!arm.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new SettingException(
          "arm", "letters, digits, dot, dash and underscore expected, got '" + arm + "'");
    }
  }
}
