package io.unipin.feedlog.source;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row of a text file.
 *
 * @param line number of the line on which the row begins; the first line is 1
 * @param values values in the order of the columns; for a faulty row, the values that could be read
 * @param problem why the row breaks the format; null for a valid row
 */
public record SourceRow(long line, List<@Nullable String> values, @Nullable String problem) {
  /** Returns why the row breaks the format; empty if the row is valid. */
  public Optional<String> fault() {
    return Optional.ofNullable(problem);
  }

  /** Returns the beginning of the row for a message. */
  public String shown() {
    StringBuilder whole = new StringBuilder();
    for (String value : values) {
      whole.append(whole.isEmpty() ? "" : ",").append(value == null ? "" : Shown.value(value));
    }
    return Shown.value(whole.toString());
  }
}
