package io.unipin.serving.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Copies the folders of open databases. A copy has the files that a killed process would leave. */
public final class OpenFolders {
  private static final String LOCK = "LOCK";

  private OpenFolders() {}

  /**
   * Copies a database's files. The database may replace files in the background while they are
   * copied. Such a copy mixes older and newer files, so it is deleted and made again.
   *
   * @param to an empty folder, or one that does not exist
   */
  public static void copy(Path from, Path to) throws IOException {
    while (!copiedUnchanged(from, to)) {
      delete(to);
    }
  }

  private static boolean copiedUnchanged(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try {
      Map<Path, Long> before = sizes(from);
      for (Path file : before.keySet()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
      return before.equals(sizes(from));
    } catch (NoSuchFileException e) {
      return false; // the database has just deleted this file
    }
  }

  private static Map<Path, Long> sizes(Path folder) throws IOException {
    Map<Path, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(one -> !one.endsWith(LOCK)).toList()) {
        sizes.put(file, Files.size(file));
      }
    }
    return sizes;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
