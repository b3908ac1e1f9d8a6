package io.unipin.feedlog.infer.profile;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known about files with the same columns, from their first rows. Immutable.
 *
 * @param name name of the files in messages
 * @param columns all columns, in the order of the files
 * @param rows number of rows that were read
 * @param estimatedRows estimated number of rows of the files; equal to {@code rows} only if all rows
 *     were read
 * @param relations how columns depend on each other
 */
public record TableProfile(
    String name, List<ColumnProfile> columns, long rows, long estimatedRows, Relations relations) {
  public TableProfile {
    columns = List.copyOf(columns);
  }

  /** Returns the column of this name, or null. */
  public @Nullable ColumnProfile column(String name) {
    Optional<ColumnProfile> exact =
        columns.stream().filter(column -> column.name().equals(name)).findFirst();
    return exact
        .or(() -> columns.stream().filter(c -> c.name().equalsIgnoreCase(name)).findFirst())
        .orElse(null);
  }

  /** Whether all rows of the files were read. */
  public boolean isWhole() {
    return rows == estimatedRows;
  }

  public List<String> names() {
    return columns.stream().map(ColumnProfile::name).toList();
  }

  /**
   * How columns depend on each other.
   *
   * @param determined share of the repeated values of a column a that always occur with the same
   *     value of a column b. The first key is the name of a, the second key is the name of b.
   *     Absent if a has too few repeated values
   * @param gaps median number of milliseconds between two successive rows with the same value of a
   *     column b. The first key is the name of a column of times, the second key is the name of b
   * @param contained share of the rows whose list contains the row's value of a column b. The first
   *     key is the name of a column of lists, the second key is the name of b
   */
  public record Relations(
      Map<String, Map<String, Double>> determined,
      Map<String, Map<String, Double>> gaps,
      Map<String, Map<String, Double>> contained) {
    /** Relations without any known figure. */
    public static final Relations NONE = new Relations(Map.of(), Map.of(), Map.of());

    /** Returns the share, or NaN if it is unknown. */
    public double determined(String by, String column) {
      return determined.getOrDefault(by, Map.of()).getOrDefault(column, Double.NaN);
    }

    /** Returns the median gap, or NaN if it is unknown. */
    public double gap(String time, String column) {
      return gaps.getOrDefault(time, Map.of()).getOrDefault(column, Double.NaN);
    }
  }
}
