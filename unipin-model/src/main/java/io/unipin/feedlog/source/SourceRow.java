package io.unipin.feedlog.source;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row of a text file.
 *
 * @param line where it begins, counted from 1
 * @param values by column; what could be read of a row that is at fault
 * @param problem why the row does not fit; null for a sound one
 */
public record SourceRow(long line, List<@Nullable String> values, @Nullable String problem) {
  /** Why the row does not fit. */
  public Optional<String> fault() {
    return Optional.ofNullable(problem);
  }
}
