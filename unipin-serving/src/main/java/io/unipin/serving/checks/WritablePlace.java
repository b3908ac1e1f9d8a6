package io.unipin.serving.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** What can be known of a place on disk before anything is written there. */
public final class WritablePlace {
  private WritablePlace() {}

  /** The path itself, or the nearest folder above it that exists. */
  public static Path existing(Path path) {
    Path there = path.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }

  /** Why a folder can't be made, or be written into where it is there; empty when it can. */
  public static Optional<String> problem(Path folder) {
    Path there = existing(folder);
    if (!Files.isDirectory(there)) {
      return Optional.of(there + " is a file");
    }
    return Files.isWritable(there) ? Optional.empty() : Optional.of(there + " is write-protected");
  }

  /** Bytes that can still be written; empty where the file system can't tell. */
  public static OptionalLong freeBytes(Path path) {
    try {
      return OptionalLong.of(Files.getFileStore(existing(path)).getUsableSpace());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
