package io.unipin.serving.bundle;

import io.unipin.settings.SettingException;
import java.util.regex.Pattern;

/**
 * One file of a bundle.
 *
 * @param path path inside the bundle, with forward slashes
 * @param sha256 SHA-256 in lower-case hexadecimal digits
 */
record BundleFile(String path, long bytes, String sha256) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  BundleFile {
    if (!SHA256.matcher(sha256).matches()) {
      throw new SettingException("sha256", "64 hexadecimal digits expected, got " + sha256);
    }
  }
}
