package io.unipin.serving.stores;

import io.unipin.feedlog.database.FileTree;
import io.unipin.serving.history.ErasureMark;
import io.unipin.serving.history.Erasures;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryConfig.Store;
import io.unipin.serving.history.HistoryCopy;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.items.ItemStore;
import io.unipin.serving.log.segment.LogCopy;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Brings a server's state back to the state in a {@link Backup}. Users who were erased after the
 * backup stay erased. The marks of erasures in the current state identify these users. No server
 * may use the state meanwhile.
 *
 * <p>On the disk, each part is written into a new folder beside its current folder. The new folder
 * then replaces the current folder. A restore that was interrupted can be run again.
 */
public final class Restore {
  private static final String NEW = "-restoring";
  private static final String OLD = "-replaced";

  private final ServerConfig config;
  private final Path backup;
  private final BackupFile file;
  private final LongConsumer progress;

  private Restore(ServerConfig config, Path backup, LongConsumer progress) throws IOException {
    this.config = config;
    this.backup = backup;
    this.file = BackupFile.read(backup);
    this.progress = progress;
  }

  /**
   * Restores a backup.
   *
   * @param progress receives the number of histories that were restored so far
   * @throws io.unipin.settings.ConfigException when the folder holds no complete backup
   */
  public static Backup.Report run(ServerConfig config, Path backup, LongConsumer progress)
      throws IOException {
    return new Restore(config, backup, progress).run();
  }

  private Backup.Report run() throws IOException {
    finishInterrupted(config.history().folder());
    HistoryCopy.Report histories;
    Erasures erasures;
    HistoryConfig own = disk(backup.resolve(BackupFile.HISTORY));
    try (HistoryStore from = HistoryStore.openForReading(own)) {
      Present present = present();
      erasures =
          present
              .erasures()
              .and(Erasures.since(from.secret(), from.archive().marks(), file.timeMs()));
      histories =
          config.history().store() == Store.DISK
              ? ontoDisk(from, erasures, present)
              : intoRedis(from, erasures);
    }
    long items = 0;
    Path kept = backup.resolve(BackupFile.ITEMS);
    if (Files.isDirectory(kept)) {
      Path beside = beside(config.itemsFolder(), NEW);
      FileTree.delete(beside);
      items = ItemStore.copy(kept, beside);
      replace(config.itemsFolder(), beside);
    }
    long lines =
        log(BackupFile.SERVED, config.servedLog().folder(), erasures)
            + log(BackupFile.EXPOSURES, config.exposureLog().folder(), erasures);
    // The backup may lack erasures that were under way, or that this replica had yet to apply. If
    // this file is missing, the server applies all erasures of the fleet again.
    Files.deleteIfExists(config.erasuresFile());
    return new Backup.Report(
        histories.users(), histories.erased(), histories.marks(), items, lines);
  }

  private HistoryConfig disk(Path folder) {
    return new HistoryConfig(folder, config.history().limit(), false);
  }

  /**
   * Facts from the current state: the erasures since the backup, and all marks with the secret of
   * the store.
   */
  private record Present(Erasures erasures, byte[] secret, List<ErasureMark> marks) {}

  private Present present() {
    if (config.history().store() == Store.DISK && !Files.isDirectory(config.history().folder())) {
      return new Present(Erasures.NONE, new byte[0], List.of());
    }
    try (HistoryStore store = HistoryStores.open(config)) {
      byte[] secret = store.secret();
      List<ErasureMark> marks = store.archive().marks();
      return new Present(Erasures.since(secret, marks, file.timeMs()), secret, marks);
    }
  }

  private HistoryCopy.Report ontoDisk(HistoryStore from, Erasures erasures, Present present)
      throws IOException {
    Path folder = config.history().folder();
    Path beside = beside(folder, NEW);
    FileTree.delete(beside);
    HistoryCopy.Report report;
    try (HistoryStore to = HistoryStore.open(disk(beside))) {
      report = HistoryCopy.copy(from, to, erasures::cover, progress);
      if (Arrays.equals(present.secret(), to.secret())) {
        present.marks().forEach(to.archive()::mark);
      }
    }
    replace(folder, beside);
    return report;
  }

  /** Replaces the current histories by the histories of the backup. */
  private HistoryCopy.Report intoRedis(HistoryStore from, Erasures erasures) {
    try (HistoryStore to = HistoryStores.open(config)) {
      Set<byte[]> present = new TreeSet<>(Arrays::compareUnsigned);
      to.archive().forEach((key, record) -> present.add(key));
      from.archive().forEach((key, record) -> present.remove(key));
      HistoryCopy.Report report = HistoryCopy.copy(from, to, erasures::cover, progress);
      present.forEach(key -> to.archive().forget(key));
      to.archive().forgetAll(erasures::cover);
      return report;
    }
  }

  private long log(String name, Path folder, Erasures erasures) throws IOException {
    Path beside = beside(folder, NEW);
    FileTree.delete(beside);
    long lines = LogCopy.copy(name, backup.resolve(name), beside, erasures::coverUser);
    if (lines == 0 && !Files.exists(folder)) {
      FileTree.delete(beside);
      return 0;
    }
    replace(folder, beside);
    return lines;
  }

  private static Path beside(Path folder, String suffix) {
    Path absolute = folder.toAbsolutePath().normalize();
    return absolute.resolveSibling(absolute.getFileName() + suffix);
  }

  private static void replace(Path folder, Path by) throws IOException {
    Path old = beside(folder, OLD);
    FileTree.delete(old);
    if (Files.exists(folder)) {
      Files.move(folder, old);
    }
    Files.move(by, folder);
    FileTree.delete(old);
  }

  /** Undoes the first half of a replacement that was interrupted before its second half. */
  private static void finishInterrupted(Path folder) throws IOException {
    Path old = beside(folder, OLD);
    if (Files.exists(old) && !Files.exists(folder)) {
      Files.move(old, folder);
    }
  }
}
