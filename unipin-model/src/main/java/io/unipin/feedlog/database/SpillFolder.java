package io.unipin.feedlog.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** A temporary folder that is deleted with its content when closed. */
public final class SpillFolder implements AutoCloseable {
  private final Path path;

  private SpillFolder(Path path) {
    this.path = path;
  }

  /** Creates a folder in the system's temporary folder. */
  public static SpillFolder create() {
    try {
      return new SpillFolder(Files.createTempDirectory("unipin"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Creates a folder beside a path, so that both are on one file system. */
  public static SpillFolder beside(Path target) {
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

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      FileTree.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
