package io.unipin.serving.bundle;

import io.unipin.settings.SettingException;
import java.nio.file.Path;

/**
 * Where bundles are.
 *
 * @param folder holds one directory per bundle
 * @param name of the bundle to serve at start
 * @param keepPrevious whether the bundle that served before the last swap stays in memory, ready for a roll-back
 */
public record BundleConfig(Path folder, String name, boolean keepPrevious) {
  public BundleConfig {
    if (!BundleNames.isValid(name)) {
      throw new SettingException(
          "name", "a name like " + BundleNames.PATTERN + " expected, got '" + name + "'");
    }
  }
}
