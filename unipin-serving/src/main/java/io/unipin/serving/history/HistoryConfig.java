package io.unipin.serving.history;

import static io.unipin.settings.SettingException.checkRange;

import java.nio.file.Path;

/**
 * Settings of the history store.
 *
 * @param folder folder of the database
 * @param limit number of newest actions kept per user, and of events remembered per user; at least
 *     the model's maxHistory
 * @param syncWrites whether every write waits for the disk, so that it survives a loss of power
 */
public record HistoryConfig(Path folder, int limit, boolean syncWrites) {
  public HistoryConfig {
    checkRange("limit", limit, 1, 65536);
  }
}
