package io.unipin.serving.experiment;

import io.unipin.settings.SettingException;
import java.util.regex.Pattern;

/**
 * Checks names of layers, experiments and arms. A valid name is safe in hashes, metrics and logs.
 */
final class Names {
  private static final String PATTERN = "[a-z0-9][a-z0-9_-]{0,39}";
  private static final Pattern COMPILED = Pattern.compile(PATTERN);
  private static final int MAX_SALT = 64;

  private Names() {}

  static void check(String what, String parent, String name) {
    if (!COMPILED.matcher(name).matches()) {
      throw new SettingException(parent + name, what + " named like " + PATTERN + " expected");
    }
  }

  static void checkSalt(String salt) {
    if (salt.length() > MAX_SALT || salt.chars().anyMatch(Character::isISOControl)) {
      throw new SettingException(
          "salt", "at most " + MAX_SALT + " characters, none a control character, expected");
    }
  }
}
