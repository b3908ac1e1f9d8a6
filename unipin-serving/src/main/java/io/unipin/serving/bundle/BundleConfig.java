package io.unipin.serving.bundle;

import io.unipin.settings.SettingException;
import java.nio.file.Path;

/**
 * Settings that say where bundles are.
 *
 * @param folder folder with one directory per bundle
 * @param name name of the bundle that serves after the start
 * @param keepPrevious whether the previous bundle stays in memory after a swap, ready for a
 *     roll-back
 */
public record BundleConfig(Path folder, String name, boolean keepPrevious) {
  public BundleConfig {
    if (!BundleNames.isValid(name)) {
      throw new SettingException(
          "name", "a name like " + BundleNames.PATTERN + " expected, got '" + name + "'");
    }
  }
}
