package io.unipin.serving.history;

import static io.unipin.settings.SettingException.checkRange;

import java.nio.file.Path;

/**
 * Settings of the history store.
 *
 * @param folder of the database
 * @param limit newest actions kept per user, and events remembered per user; at least the model's maxHistory
 * @param syncWrites waits for the disk on every write: survives loss of power, not only of the process
 */
public record HistoryConfig(Path folder, int limit, boolean syncWrites) {
  public HistoryConfig {
    checkRange("limit", limit, 1, 65536);
  }
}
