package io.unipin.serving.settings;

import io.unipin.settings.SettingException;

/**
 * The arm that this server is.
 *
 * @param arm name that responses and logs carry
 */
public record ExperimentConfig(String arm) {
  public ExperimentConfig {
    if (!arm.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new SettingException(
          "arm", "letters, digits, dot, dash and underscore expected, got '" + arm + "'");
    }
  }
}
