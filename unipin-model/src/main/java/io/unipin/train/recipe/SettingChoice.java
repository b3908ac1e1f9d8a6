package io.unipin.train.recipe;

/**
 * The value that an automatic setting got, and the reason in one sentence.
 *
 * @param setting path of the setting, such as {@code training.dropout}
 */
public record SettingChoice(String setting, String value, String reason) {
  @Override
  public String toString() {
    return "%s: %s (%s)".formatted(setting, value, reason);
  }
}
