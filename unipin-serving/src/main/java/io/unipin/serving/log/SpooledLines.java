package io.unipin.serving.log;

import io.unipin.serving.log.segment.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of one segment that are to be taken out of a log.
 *
 * @param segment the segment, which takes no more lines
 */
public record SpooledLines(Path segment, List<Line> lines) {
  /**
   * A line with the user whom it names.
   *
   * @param json the entry as JSON in UTF-8; the array is not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // each record has only one reader
  public record Line(String user, byte[] json) {}

  public SpooledLines {
    lines = List.copyOf(lines);
  }

  static SpooledLines of(Path segment) throws IOException {
    List<Line> lines = new ArrayList<>();
    LogReader.read(segment, (user, json) -> lines.add(new Line(user, json)));
    return new SpooledLines(segment, lines);
  }
}
