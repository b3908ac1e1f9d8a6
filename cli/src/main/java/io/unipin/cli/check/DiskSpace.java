package io.unipin.cli.check;

import io.unipin.serving.checks.WritablePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Whether a file system has room for what will be written. */
public final class DiskSpace {
  private static final double MIB = 1 << 20;

  private DiskSpace() {}

  /** Bytes that can still be written at a place, which need not exist yet. */
  interface Free {
    long at(Path existing) throws IOException;
  }

  /**
   * Refuses work whose result would not fit.
   *
   * @param what will be written, such as "the feed log"
   * @param bytes at least so many, about
   */
  public static void require(String what, Path place, long bytes) {
    shortage(what, place, bytes)
        .ifPresent(
            shortage -> {
              throw new CheckException(shortage);
            });
  }

  /** What is missing, in one line, if anything. */
  public static Optional<String> shortage(String what, Path place, long bytes) {
    return shortage(what, place, bytes, at -> Files.getFileStore(at).getUsableSpace());
  }

  /** Whether two places, which need not exist yet, take their room from the same file system. */
  public static boolean isOneStore(Path one, Path other) {
    try {
      return Files.getFileStore(WritablePlace.existing(one))
          .equals(Files.getFileStore(WritablePlace.existing(other)));
    } catch (IOException e) {
      return false;
    }
  }

  static Optional<String> shortage(String what, Path place, long bytes, Free free) {
    Path there = WritablePlace.existing(place);
    try {
      long usable = free.at(there);
      return usable >= bytes
          ? Optional.empty()
          : Optional.of(
              String.format(
                  Locale.ROOT,
                  "about %,.0f MiB free for %s expected at %s, got %,.0f MiB",
                  Math.ceil(bytes / MIB),
                  what,
                  place,
                  Math.floor(usable / MIB)));
    } catch (IOException e) {
      return Optional.empty(); // a file system that cannot tell its space is no reason to refuse
    }
  }
}
