package io.unipin.serving.log.segment;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Reads the complete entries of a segment and reports all other lines. */
public final class LogReader {
  private LogReader() {}

  @FunctionalInterface
  public interface Entries {
    /**
     * Takes a line's JSON. Throws {@link JsonProcessingException} when the JSON is not an entry.
     */
    void entry(byte[] bytes, int from, int length) throws IOException;
  }

  /**
   * Reads a segment in order. It skips lines that are not entries. A crash or a full disk can leave
   * an incomplete line.
   *
   * @param skipped receives one sentence for each skipped line
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

  /** Takes complete lines. Each line comes with the user whom it names. */
  @FunctionalInterface
  public interface Lines {
    void line(String user, byte[] json);
  }

  /** Reads the complete lines of a segment in order, and skips all other lines. */
  public static void read(Path segment, Lines lines) throws IOException {
    try (SegmentFile file = SegmentFile.open(segment, StandardOpenOption.READ)) {
      file.lines(
          (offset, bytes, from, length) ->
              LogLine.user(bytes, from, length)
                  .ifPresent(user -> lines.line(user, trimmed(bytes, from, from + length))));
    }
  }

  /** Returns a line without the blanks that erased lines have left before it. */
  private static byte[] trimmed(byte[] bytes, int from, int to) {
    int first = from;
    while (first < to && bytes[first] == ' ') {
      first++;
    }
    return Arrays.copyOfRange(bytes, first, to);
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
