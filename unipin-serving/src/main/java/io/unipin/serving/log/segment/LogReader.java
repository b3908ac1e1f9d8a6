package io.unipin.serving.log.segment;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Reads the whole entries of a segment, and says which lines are none. */
public final class LogReader {
  private LogReader() {}

  @FunctionalInterface
  public interface Entries {
    /** Takes a line's JSON; throws {@link JsonProcessingException} when it is no entry. */
    void entry(byte[] bytes, int from, int length) throws IOException;
  }

  /**
   * Reads a segment in order. A line that is no entry is skipped: half a line is what a crash or a full disk leaves.
   *
   * @param skipped takes a sentence about each such line
   */
  public static void read(Path segment, Entries entries, Consumer<String> skipped)
      throws IOException {
    AtomicLong number = new AtomicLong();
    try (SegmentFile file = SegmentFile.open(segment, StandardOpenOption.READ)) {
      file.lines(
          (offset, bytes, from, length) -> {
            number.incrementAndGet();
            if (LogLine.isBlank(bytes, from, length)) {
              return;
            }
            if (LogLine.user(bytes, from, length).isEmpty()
                || !isEntry(entries, bytes, from, length)) {
              skipped.accept(
                  "1 torn line skipped in %s line %s"
                      .formatted(segment.getFileName(), number.get()));
            }
          });
    }
  }

  private static boolean isEntry(Entries entries, byte[] bytes, int from, int length)
      throws IOException {
    try {
      entries.entry(bytes, from, length);
      return true;
    } catch (JsonProcessingException e) {
      return false;
    }
  }
}
