package io.unipin.serving.bundle;

import io.unipin.serving.SettingException;
import java.nio.file.Path;

/**
 * Where bundles are.
 *
 * @param folder holds one directory per bundle
 * @param name of the bundle to serve at start
 */
public record BundleConfig(Path folder, String name) {
  public BundleConfig {
    if (!BundleNames.isValid(name)) {
      throw new SettingException(
          "name", "a name like " + BundleNames.PATTERN + " expected, got '" + name + "'");
    }
  }
}
