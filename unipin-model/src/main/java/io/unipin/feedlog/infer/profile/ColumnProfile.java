package io.unipin.feedlog.infer.profile;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known about the values of a column, from the first rows of its files. Immutable.
 *
 * @param name name of the column in messages and flags; a value inside a JSON object has its path
 *     as name, such as {@code event.object.id}
 * @param sql SQL expression of the value
 * @param rows number of rows that were read, including rows without a value
 * @param filled number of rows with a value
 * @param distinct number of different values
 * @param meanLength mean number of characters of a value
 * @param spaced share of the values that contain a blank
 * @param numeric share of the values that are numbers
 * @param whole share of the values that are whole numbers, such as 7 or 7.0
 * @param least smallest number; NaN if no value is a number
 * @param most largest number; NaN if no value is a number
 * @param padded whether some value is a number with a leading zero, such as 0042
 * @param formats formats of time that fit at least 99 % of the values
 * @param list form in which the values are lists; {@link ListShape#NONE} if they are not lists
 * @param common values and how often each occurs, most frequent first; empty if there are more than
 *     {@link #MOST_COMMON} different values
 * @param first some of the first different values
 */
public record ColumnProfile(
    String name,
    String sql,
    long rows,
    long filled,
    long distinct,
    double meanLength,
    double spaced,
    double numeric,
    double whole,
    double least,
    double most,
    boolean padded,
    Set<TimeFormat> formats,
    ListShape list,
    Map<String, Long> common,
    List<String> first) {
  /** Largest number of different values that {@link #common} lists. */
  public static final int MOST_COMMON = 64;

  /** Share of the values that must fit a format or shape. */
  public static final double NEARLY_ALL = 0.99;

  /** The form in which the values of a column are lists. */
  public enum ListShape {
    NONE,
    /** Separated by a blank. */
    BLANKS,
    /** Separated by a vertical bar. */
    BARS,
    /** Separated by a comma. */
    COMMAS,
    /** Separated by a blank; each entry ends with -1 if the user acted on it, else with -0. */
    LABELLED,
    /** A JSON array. */
    JSON
  }

  /** Whether nearly all values are whole numbers that can serve as ids without a change. */
  public boolean isWhole() {
    return filled > 0 && whole >= NEARLY_ALL && !padded && least >= 0 && most < 9e18;
  }

  public boolean isNumber() {
    return filled > 0 && numeric >= NEARLY_ALL;
  }

  /** Returns the mean number of rows that have the same value. */
  public double repeats() {
    return distinct == 0 ? 0 : (double) filled / distinct;
  }

  /** Whether no two rows have the same value. */
  public boolean isUnique() {
    return distinct == filled && filled > 0;
  }

  /** Whether the values are 0 and 1, or texts for no and yes. */
  public boolean isFlag() {
    return distinct <= 2
        && !common.isEmpty()
        && common.keySet().stream()
            .allMatch(v -> v.matches("(?i)[01]|[01]\\.0|true|false|yes|no|t|f|y|n|ja|nein"));
  }

  public double filledShare() {
    return rows == 0 ? 0 : (double) filled / rows;
  }
}
