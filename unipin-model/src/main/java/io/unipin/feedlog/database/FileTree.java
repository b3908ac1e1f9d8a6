package io.unipin.feedlog.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Operations on folders and everything inside them. */
public final class FileTree {
  private FileTree() {}

  /**
   * Deletes a file, or a folder with its content, if it exists. Deletes links and does not follow
   * them.
   */
  public static void delete(Path path) throws IOException {
    if (Files.notExists(path)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> walk = Files.walk(path)) {
      deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) { // of a folder inside
      throw e.getCause();
    }
    for (Path each : deepestFirst) {
      Files.delete(each);
    }
  }
}
