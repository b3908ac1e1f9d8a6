package io.unipin.serving.stores;

import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryCopy;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.items.ItemStore;
import io.unipin.serving.log.ServedLogConfig;
import io.unipin.serving.log.segment.LogCopy;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * Writes a server's state into a folder: histories, marks of erasures, the secret, items that were
 * put, the served log and the exposure log. The server may run meanwhile. Changes that it makes
 * after the backup has begun may be missing from the backup.
 *
 * <p>In the backup's folder, the histories are a database on the disk, even if the server keeps its
 * histories in Redis.
 */
public final class Backup {
  /** The numbers of records, by kind, that a backup holds or that were restored. */
  public record Report(long users, long erased, long marks, long items, long lines) {}

  private Backup() {}

  /**
   * Writes a backup.
   *
   * @param folder a new or empty folder
   * @param progress receives the number of histories that were copied so far
   */
  public static Report write(ServerConfig config, Path folder, LongConsumer progress)
      throws IOException {
    long time = System.currentTimeMillis();
    Files.createDirectories(folder);
    HistoryConfig own =
        new HistoryConfig(folder.resolve(BackupFile.HISTORY), config.history().limit(), false);
    HistoryCopy.Report histories;
    try (HistoryStore from = open(config);
        HistoryStore to = HistoryStore.open(own)) {
      histories = HistoryCopy.copy(from, to, progress);
    }
    Path items = config.itemsFolder();
    long put =
        Files.isDirectory(items) ? ItemStore.copy(items, folder.resolve(BackupFile.ITEMS)) : 0;
    long lines =
        copy(BackupFile.SERVED, config.servedLog(), folder)
            + copy(BackupFile.EXPOSURES, config.exposureLog(), folder);
    new BackupFile(BackupFile.FORMAT, time, histories.users(), histories.marks(), put, lines)
        .write(folder);
    return new Report(histories.users(), histories.erased(), histories.marks(), put, lines);
  }

  private static HistoryStore open(ServerConfig config) {
    return switch (config.history().store()) {
      case DISK -> HistoryStore.openForReading(config.history());
      case REDIS -> HistoryStores.open(config);
    };
  }

  private static long copy(String name, ServedLogConfig log, Path folder) throws IOException {
    return LogCopy.copy(name, log.folder(), folder.resolve(name), user -> false);
  }
}
