package io.unipin.serving.bundle;

import java.util.regex.Pattern;

/**
 * Checks names of bundles. A valid name is safe as the name of a directory, in metrics and in logs.
 */
public final class BundleNames {
  public static final String PATTERN = "[a-z0-9][a-z0-9._-]{0,63}";
  private static final Pattern COMPILED = Pattern.compile(PATTERN);

  private BundleNames() {}

  public static boolean isValid(String name) {
    return COMPILED.matcher(name).matches();
  }
}
