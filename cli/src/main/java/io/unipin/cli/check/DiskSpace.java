package io.unipin.cli.check;

import io.unipin.serving.checks.WritablePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Checks that a file system has room for the output of a command. */
public final class DiskSpace {
  private static final double MIB = 1 << 20;

  private DiskSpace() {}

  /**
   * Returns the number of bytes that can still be written on the file system of an existing path.
   */
  interface Free {
    long at(Path existing) throws IOException;
  }

  /**
   * Refuses work whose result would not fit on the disk.
   *
   * @param what the thing to write, such as "the feed log"
   * @param bytes approximate smallest number of bytes that the work writes
   */
  public static void require(String what, Path place, long bytes) {
    shortage(what, place, bytes)
        .ifPresent(
            shortage -> {
              throw new CheckException(shortage);
            });
  }

  /**
   * Returns one line that says how much room is missing; empty if there is enough room. The path
   * need not exist yet.
   */
  public static Optional<String> shortage(String what, Path place, long bytes) {
    return shortage(what, place, bytes, at -> Files.getFileStore(at).getUsableSpace());
  }

  /** Returns whether two paths are on the same file system. The paths need not exist yet. */
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
      return Optional.empty(); // if the free space is unknown, the work is not refused
    }
  }
}
