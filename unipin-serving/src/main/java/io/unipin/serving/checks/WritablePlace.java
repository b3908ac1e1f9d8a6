package io.unipin.serving.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Checks a path on the disk before anything is written there. */
public final class WritablePlace {
  private WritablePlace() {}

  /** Returns the path itself if it exists, otherwise the nearest existing folder above it. */
  public static Path existing(Path path) {
    Path there = path.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }

  /** Returns why a folder can't be created or written to; empty when the folder is usable. */
  public static Optional<String> problem(Path folder) {
    Path there = existing(folder);
    if (!Files.isDirectory(there)) {
      return Optional.of(there + " is a file");
    }
    return Files.isWritable(there) ? Optional.empty() : Optional.of(there + " is write-protected");
  }

  /**
   * Returns the number of bytes that can still be written; empty when the file system does not
   * report it.
   */
  public static OptionalLong freeBytes(Path path) {
    try {
      return OptionalLong.of(Files.getFileStore(existing(path)).getUsableSpace());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
