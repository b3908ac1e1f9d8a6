package io.unipin.serving.counts;

import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's own copy of the tables of counts that were loaded last. It lets the tables serve
 * after a restart.
 *
 * <p>The folder holds one directory with the tables, and a file {@code current} that names the
 * directory. New tables are written into another directory. They take effect when the file is
 * replaced, in one step. Not thread-safe: {@link CountsReloads} holds a lock.
 */
final class KeptCounts {
  private static final Logger logger = LoggerFactory.getLogger(KeptCounts.class);
  private static final String CURRENT = "current";
  private static final String DIRECTORY = "tables-";

  private final Path folder;

  KeptCounts(Path folder) {
    this.folder = folder.toAbsolutePath().normalize(); // paths inside are compared
  }

  /** Returns the directory of the tables in effect; empty if there are none. */
  Optional<Path> current() {
    Path file = folder.resolve(CURRENT);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      String name = Files.readString(file).strip();
      Path directory = folder.resolve(name).normalize();
      boolean isOurs = name.startsWith(DIRECTORY) && directory.startsWith(folder);
      return isOurs && Files.isDirectory(directory) ? Optional.of(directory) : Optional.empty();
    } catch (IOException e) {
      logger.warn("{} can't be read: tables of counts that were loaded are not used", file, e);
      return Optional.empty();
    }
  }

  /**
   * Copies files into a new directory, which has no effect yet.
   *
   * @param files names of the files
   */
  Path stage(Path source, List<String> files) throws IOException {
    Path used = current().orElse(null);
    Files.createDirectories(folder);
    for (Path old : directories()) {
      if (!old.equals(used)) {
        FileTree.delete(old); // left behind by a server that ended during a reload
      }
    }
    int number = 1;
    while (folder.resolve(DIRECTORY + number).equals(used)) {
      number++;
    }
    Path staged = Files.createDirectory(folder.resolve(DIRECTORY + number));
    for (String file : files) {
      Files.copy(source.resolve(file), staged.resolve(file));
    }
    return staged;
  }

  /**
   * Puts a directory from {@link #stage} in effect, and deletes the directory that was in effect
   * before.
   */
  void keep(Path staged) throws IOException {
    Path old = current().orElse(null);
    Path beside = folder.resolve(CURRENT + ".tmp");
    Files.write(beside, String.valueOf(staged.getFileName()).getBytes(StandardCharsets.UTF_8));
    Files.move(beside, folder.resolve(CURRENT), StandardCopyOption.ATOMIC_MOVE);
    if (old != null && !old.equals(staged)) {
      discard(old);
    }
  }

  /** Deletes a directory that is not in effect. */
  void discard(Path directory) {
    try {
      FileTree.delete(directory);
    } catch (IOException e) {
      logger.warn("tables of counts are left behind in {}", directory.getFileName(), e);
    }
  }

  private List<Path> directories() throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .filter(path -> String.valueOf(path.getFileName()).startsWith(DIRECTORY))
          .toList();
    }
  }
}
