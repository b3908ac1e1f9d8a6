package io.unipin.feedlog.source;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The columns of text files, and the rows that fit them. An import and a sample accept the same
 * rows by these rules.
 *
 * @param names names of the columns that the files have
 * @param json whether the files are JSON lines; otherwise they are delimited text
 * @param header whether the first line of each file must have these names
 */
public record TextColumns(List<String> names, boolean json, boolean header) {
  public TextColumns {
    names = List.copyOf(names);
  }

  /**
   * Returns the names in the first line of a file.
   *
   * @throws SourceException if the line cannot be a header
   */
  public static List<String> namesIn(SourceRow firstLine) {
    if (firstLine.problem() != null) {
      throw new SourceException("line 1: a header expected: " + firstLine.problem());
    }
    if (firstLine.values().equals(List.of(""))) {
      throw new SourceException("a header line expected, the first is empty");
    }
    return HeaderNames.of(firstLine.values());
  }

  /**
   * Compares the names in the first line of a file with the names in other files.
   *
   * @throws SourceException if they differ
   */
  public void requireSame(SourceRow firstLine) {
    List<String> found = namesIn(firstLine);
    if (!found.equals(names)) {
      throw new SourceException(
          "columns %s expected, as in others, found %s"
              .formatted(Shown.line(names.toString()), Shown.line(found.toString())));
    }
  }

  /** Whether a row is a blank line, which does not count as a row. */
  public boolean isBlank(SourceRow row) {
    return !json && row.problem() == null && names.size() > 1 && row.values().equals(List.of(""));
  }

  /** Returns why a row does not fit the columns; empty if it fits. */
  public Optional<String> fault(SourceRow row) {
    if (row.problem() != null) {
      return row.fault();
    }
    int count = count(row.values());
    if (count != names.size()) {
      return Optional.of("%s columns expected, got %s".formatted(names.size(), count));
    }
    boolean again = header && count > 1 && row.values().equals(names);
    return again ? Optional.of("a row expected, got the header line again") : Optional.empty();
  }

  /** Returns one value for each column of a row that fits. */
  public List<@Nullable String> values(SourceRow row) {
    return row.values().subList(0, names.size());
  }

  /**
   * Returns the number of a row's columns. Empty columns beyond the known columns do not count,
   * because a line may end with a delimiter.
   */
  private int count(List<@Nullable String> values) {
    int count = values.size();
    while (!json && count > names.size() && "".equals(values.get(count - 1))) {
      count--;
    }
    return count;
  }
}
