package io.unipin.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A folder that vanishes with what is in it when closed. */
final class SpillFolder implements AutoCloseable {
  private final Path path;

  private SpillFolder(Path path) {
    this.path = path;
  }

  /** A folder among the system's temporary ones. */
  static SpillFolder create() {
    try {
      return new SpillFolder(Files.createTempDirectory("unipin"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A folder beside a path, thus on the same file system. */
  static SpillFolder beside(Path target) {
    try {
      Path parent = target.toAbsolutePath().normalize().getParent();
      if (parent == null) {
        throw new IllegalArgumentException("a path below the root expected, got " + target);
      }
      Files.createDirectories(parent);
      return new SpillFolder(
          Files.createDirectory(
              parent.resolve("." + target.getFileName() + "." + UUID.randomUUID())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    delete(path);
  }

  /** Deletes a folder with what is in it, if it is there. */
  static void delete(Path folder) {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path entry : deepestFirst) {
        Files.deleteIfExists(entry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
