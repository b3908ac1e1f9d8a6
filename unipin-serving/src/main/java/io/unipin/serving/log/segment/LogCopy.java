package io.unipin.serving.log.segment;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Predicate;

/** Copies the segments of a log. Incomplete lines and the blanks of erasures are left out. */
public final class LogCopy {
  private LogCopy() {}

  /**
   * Copies a log. A server may be writing to the log meanwhile.
   *
   * @param name prefix of the log's file names
   * @param to folder, which is created
   * @param erased tells whether the lines of a user are left out
   * @return number of copied lines
   */
  public static long copy(String name, Path from, Path to, Predicate<String> erased)
      throws IOException {
    Files.createDirectories(to);
    long[] copied = new long[1];
    for (Path segment : LogFolder.segments(name, from)) {
      Path target = to.resolve(String.valueOf(segment.getFileName()));
      try (SegmentFile file = SegmentFile.open(segment, StandardOpenOption.READ);
          OutputStream out = new BufferedOutputStream(Files.newOutputStream(target))) {
        file.lines(
            (offset, bytes, start, length) -> {
              Optional<String> user = LogLine.user(bytes, start, length);
              if (user.isPresent() && !erased.test(user.get())) {
                out.write(bytes, start, length);
                out.write('\n');
                copied[0]++;
              }
            });
      }
    }
    return copied[0];
  }
}
